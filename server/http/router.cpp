// A tree of path parts. Each node keeps its children in the order in which they are tried: literals, {name}:suffix
// (longest suffix first), {name}, {name...}. A child that leads nowhere, or has no handler for the method, is left again.
#include <algorithm>
#include <array>

#include "server/base/error.hpp"
#include "server/http/server.hpp"

namespace http {
namespace {

constexpr std::size_t kMethods = 7;

struct Leaf {
  Handler handler;
  RouteOptions options;
  std::string pattern;
};

std::size_t index_of(Method method) { return static_cast<std::size_t>(method); }

}  // namespace

struct Router::Node {
  std::string text;                               // a literal part, or the suffix of a parameter
  std::vector<std::unique_ptr<Node>> literals;    // sorted by text
  std::vector<std::unique_ptr<Node>> parameters;  // longest suffix first
  std::unique_ptr<Node> rest;
  std::array<std::unique_ptr<Leaf>, kMethods> leaves;

  Node& child(std::string_view part, bool is_last, std::string_view pattern);
  const Leaf* leaf(Method method) const;
  bool search(Method method, std::string_view path, std::vector<std::string_view>& values, std::vector<Method>& allowed,
              const Leaf*& found) const;
  bool finish(Method method, std::vector<Method>& allowed, const Leaf*& found) const;
};

Router::Node& Router::Node::child(std::string_view part, bool is_last, std::string_view pattern) {
  const auto add_node = [](std::vector<std::unique_ptr<Node>>& nodes, std::string_view text) -> Node& {
    for (auto& node : nodes) {
      if (node->text == text) return *node;
    }
    nodes.push_back(std::make_unique<Node>());
    nodes.back()->text = text;
    return *nodes.back();
  };
  if (part.empty() || part.front() != '{') {
    add_node(literals, part);
    std::sort(literals.begin(), literals.end(), [](auto& a, auto& b) { return a->text < b->text; });
    return add_node(literals, part);
  }
  const std::size_t close = part.find('}');
  if (close == std::string_view::npos) throw base::Error::internal("bad route pattern " + std::string(pattern));
  if (part.substr(0, close).ends_with("...")) {
    if (!is_last || close + 1 != part.size()) throw base::Error::internal("bad route pattern " + std::string(pattern));
    if (!rest) rest = std::make_unique<Node>();
    return *rest;
  }
  const std::string_view suffix = part.substr(close + 1);
  add_node(parameters, suffix);
  std::sort(parameters.begin(), parameters.end(), [](auto& a, auto& b) { return a->text.size() > b->text.size(); });
  return add_node(parameters, suffix);
}

const Leaf* Router::Node::leaf(Method method) const {
  if (const Leaf* own = leaves[index_of(method)].get()) return own;
  return method == Method::kHead ? leaves[index_of(Method::kGet)].get() : nullptr;
}

bool Router::Node::finish(Method method, std::vector<Method>& allowed, const Leaf*& found) const {
  found = leaf(method);
  if (found) return true;
  for (std::size_t i = 0; i < kMethods; ++i) {
    if (!leaves[i]) continue;
    const auto other = static_cast<Method>(i);
    if (std::find(allowed.begin(), allowed.end(), other) == allowed.end()) allowed.push_back(other);
  }
  return false;
}

// `path` is what is left, without its leading slash.
bool Router::Node::search(Method method, std::string_view path, std::vector<std::string_view>& values, std::vector<Method>& allowed,
                          const Leaf*& found) const {
  const std::size_t slash = path.find('/');
  const bool is_last = slash == std::string_view::npos;
  const std::string_view part = is_last ? path : path.substr(0, slash);
  const auto go = [&](const Node& node) {
    return is_last ? node.finish(method, allowed, found) : node.search(method, path.substr(slash + 1), values, allowed, found);
  };
  const auto literal =
      std::lower_bound(literals.begin(), literals.end(), part, [](const auto& node, std::string_view text) { return node->text < text; });
  if (literal != literals.end() && (*literal)->text == part && go(**literal)) return true;
  for (const auto& node : parameters) {
    if (part.size() <= node->text.size() || !part.ends_with(node->text)) continue;
    values.push_back(part.substr(0, part.size() - node->text.size()));
    if (go(*node)) return true;
    values.pop_back();
  }
  if (rest) {
    values.push_back(path);
    if (rest->finish(method, allowed, found)) return true;
    values.pop_back();
  }
  return false;
}

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::add(Method method, std::string_view pattern, Handler handler, RouteOptions options) {
  if (!pattern.starts_with('/')) throw base::Error::internal("bad route pattern " + std::string(pattern));
  Node* node = root_.get();
  std::string_view left = pattern.substr(1);
  for (bool is_last = false; !is_last;) {
    const std::size_t slash = left.find('/');
    is_last = slash == std::string_view::npos;
    node = &node->child(left.substr(0, slash), is_last, pattern);
    if (!is_last) left.remove_prefix(slash + 1);
  }
  auto& leaf = node->leaves[index_of(method)];
  if (leaf) throw base::Error::internal("route added twice: " + std::string(pattern));
  leaf = std::make_unique<Leaf>(Leaf{std::move(handler), options, std::string(pattern)});
}

std::optional<Router::Match> Router::find(Method method, std::string_view path, std::vector<Method>& allowed) const {
  if (!path.starts_with('/')) return std::nullopt;
  Match match{};
  const Leaf* found = nullptr;
  if (!root_->search(method, path.substr(1), match.parameters, allowed, found)) return std::nullopt;
  allowed.clear();
  match.handler = &found->handler;
  match.options = &found->options;
  match.pattern = found->pattern;
  return match;
}

}  // namespace http
