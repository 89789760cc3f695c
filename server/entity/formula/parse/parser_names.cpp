// Names, paths, filters and calls.
#include <algorithm>

#include "server/entity/formula/parse/parser.hpp"
#include "server/entity/formula/parse/typing.hpp"
#include "server/entity/formula/run/builtins.hpp"

namespace formula {
namespace {

NodePtr make(Op op, std::size_t position) { return std::make_unique<Node>(op, position); }

constexpr std::string_view kSpacedProperties[] = {"time offset", "start included", "end included"};

}  // namespace

// The longest known name at this point; a plain word when none is longer.
// A known name with spaces that begins with a word of the language: "in a list", "if paid".
bool Parser::at_spaced_name() {
  in_.skip_space();
  const auto here = [&](std::string_view name) { return name.find(' ') != std::string_view::npos && in_.match_name(name) > 0; };
  return std::any_of(locals_.begin(), locals_.end(), [&](const Local& l) { return here(l.name); }) ||
         std::any_of(scope_.names().begin(), scope_.names().end(), [&](const auto& entry) { return here(entry.first); });
}

std::string Parser::known_name() {
  in_.skip_space();
  std::string best;
  std::size_t best_size = 0;
  const auto offer = [&](std::string_view name) {
    if (is_simple_name(name)) return;
    const std::size_t size = in_.match_name(name);
    if (size > best_size) {
      best = name;
      best_size = size;
    }
  };
  for (const auto& local : locals_) {
    offer(local.name);
    if (local.is_item) {
      for (const auto& field : local.type.field_names()) offer(field);
    }
  }
  for (const auto& entry : scope_.names()) offer(entry.first);
  for (const auto& name : spaced_builtin_names()) offer(name);
  const std::size_t begin = in_.position();
  auto word = in_.identifier();
  const std::size_t word_size = in_.position() - begin;
  if (best_size > word_size) {
    in_.rewind(begin + best_size);
    return best;
  }
  if (!word) in_.fail_here("expression");
  return *word;
}

NodePtr Parser::name_or_call() {
  in_.skip_space();
  const std::size_t position = in_.position();
  const std::string name = known_name();
  if (in_.looking_at("(")) {
    const bool shadowed =
        scope_.find(name) != nullptr || std::any_of(locals_.begin(), locals_.end(), [&](const Local& l) { return l.name == name; });
    if (!shadowed && !find_builtins(name).empty()) return builtin_call(name, position);
  }
  return name_reference(name, position);
}

NodePtr Parser::name_reference(const std::string& name, std::size_t position) {
  std::vector<NodePtr> item_fields;  // outermost last
  NodePtr found;
  for (auto local = locals_.rbegin(); local != locals_.rend() && !found; ++local) {
    if (local->name == name && !(local->is_item && local->type.field(name))) {
      found = make(Op::kLocal, position);
      found->slot = local->slot;
      found->type = local->type;
      break;
    }
    if (!local->is_item) continue;
    const Type* field = local->type.field(name);
    const bool open = local->type.is_any() || (local->type.kind() == Type::Kind::kContext && !local->type.has_known_fields());
    if (field == nullptr && !open) continue;
    auto node = make(Op::kItemField, position);
    node->slot = local->slot;
    node->name = name;
    node->type = field ? *field : Type::any();
    if (field && typing_ == Typing::kStrict) {
      found = std::move(node);
    } else {
      item_fields.push_back(std::move(node));
    }
  }
  if (!found) {
    if (const Type* type = scope_.find(name)) {
      found = make(Op::kInput, position);
      found->path = {name};
      found->type = *type;
    } else if (const auto builtins = find_builtins(name); !builtins.empty()) {
      found = make(Op::kLiteral, position);
      auto function = std::make_shared<Function>();
      function->builtin = builtins.front();
      found->literal = Value(std::shared_ptr<const Function>(std::move(function)));
      found->type = Type::plain(Type::Kind::kFunction);
    }
  }
  for (auto field = item_fields.rbegin(); field != item_fields.rend(); ++field) {
    if (found) {
      if ((*field)->type.kind() != found->type.kind()) (*field)->type = Type::any();
      (*field)->children.push_back(std::move(found));
    }
    found = std::move(*field);
  }
  if (!found) {
    in_.fail(in_.looking_at("(") ? "unknown_function" : "unknown_name", position, {{"name", name}});
  }
  return found;
}

NodePtr Parser::path_step(NodePtr base) {
  in_.skip_space();
  const std::size_t position = in_.position();
  std::string name;
  std::size_t best = 0;
  const auto offer = [&](std::string_view candidate) {
    if (is_simple_name(candidate)) return;
    const std::size_t size = in_.match_name(candidate);
    if (size > best) {
      best = size;
      name = candidate;
    }
  };
  const Type& owner = base->type.kind() == Type::Kind::kList ? base->type.element() : base->type;
  for (const auto& field : owner.field_names()) offer(field);
  for (const auto property : kSpacedProperties) offer(property);
  auto word = in_.identifier();
  if (best > 0 && best > in_.position() - position) {
    in_.rewind(position + best);
  } else if (word) {
    name = *word;
  } else {
    in_.fail_here("name");
  }
  const Type* field = base->type.field(name);
  if (field && base->op == Op::kInput) {
    base->path.push_back(name);
    base->type = *field;
    return base;
  }
  auto node = make(Op::kPath, position);
  node->name = name;
  if (field) {
    node->type = *field;
  } else {
    const auto type = property_type(base->type, name);
    if (!type) type_error("unknown_field", position, {{"name", name}, {"type", base->type.name()}});
    node->type = type.value_or(Type::any());
  }
  node->children.push_back(std::move(base));
  return node;
}

NodePtr Parser::filter_step(NodePtr base) {
  in_.skip_space();
  const Inside inside(*this);
  auto node = make(Op::kFilter, in_.position());
  in_.expect("[");
  const bool is_list = base->type.kind() == Type::Kind::kList;
  const Type element = is_list ? base->type.element() : base->type;
  const std::size_t before = locals_.size();
  node->slot = add_local("item", element, true);
  NodePtr condition = expression();
  drop_locals(before);
  in_.expect("]");
  const auto kind = condition->type.kind();
  if (kind == Type::Kind::kNumber) {
    node->type = element;
  } else if (kind == Type::Kind::kBoolean) {
    node->type = is_list ? base->type : Type::list(element);
  } else if (kind == Type::Kind::kAny || kind == Type::Kind::kNull) {
    node->type = Type::any();
  } else {
    type_error("wrong_filter", condition->position, {{"actual", condition->type.name()}});
  }
  node->children.push_back(std::move(base));
  node->children.push_back(std::move(condition));
  return node;
}

std::vector<Parser::Argument> Parser::arguments() {
  const Inside inside(*this);
  std::vector<Argument> out;
  in_.expect("(");
  if (in_.accept(")")) return out;
  do {
    Argument argument;
    in_.skip_space();
    const std::size_t begin = in_.position();
    if (auto name = in_.free_name(":,()"); name && in_.accept(":")) {
      argument.name = *std::move(name);
    } else {
      in_.rewind(begin);
    }
    if (!out.empty() && argument.name.empty() != out.front().name.empty()) in_.fail("mixed_arguments", begin);
    argument.value = expression();
    out.push_back(std::move(argument));
  } while (in_.accept(","));
  in_.expect(")");
  return out;
}

NodePtr Parser::builtin_call(const std::string& name, std::size_t position) { return resolve_builtin(name, position, arguments()); }

namespace {

// Places arguments by position or name; false when they do not fit the parameters' number and names.
template <typename Argument>
bool arrange(const Builtin& builtin, const std::vector<Argument>& given, std::vector<int>& order) {
  const auto& parameters = builtin.parameters;
  order.assign(parameters.size(), -1);
  const bool named = !given.empty() && !given.front().name.empty();
  if (named) {
    for (std::size_t i = 0; i < given.size(); ++i) {
      const auto it = std::find_if(parameters.begin(), parameters.end(), [&](const Parameter& p) { return p.name == given[i].name; });
      if (it == parameters.end()) return false;
      int& place = order[static_cast<std::size_t>(it - parameters.begin())];
      if (place >= 0) return false;
      place = static_cast<int>(i);
    }
  } else {
    const bool open = builtin.rest != Rest::kNone;
    if (given.size() > parameters.size() && !open) return false;
    if (open && given.size() < parameters.size()) return false;
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (i < order.size())
        order[i] = static_cast<int>(i);
      else
        order.push_back(static_cast<int>(i));
    }
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (order[i] < 0 && !parameters[i].optional) return false;
  }
  return true;
}

bool kinds_fit(const Type& type, KindMask kinds) {
  const KindMask own = kinds_of(type);
  return type.is_null() || (own & kinds) != 0 || (kinds & kListMask) != 0;
}

}  // namespace

NodePtr Parser::resolve_builtin(const std::string& name, std::size_t position, std::vector<Argument> given) {
  const Builtin* chosen = nullptr;
  const Builtin* near = nullptr;
  std::vector<int> order, chosen_order;
  std::size_t wrong = 0;
  for (const Builtin* builtin : find_builtins(name)) {
    if (!arrange(*builtin, given, order)) continue;
    bool fits = true;
    for (std::size_t i = 0; i < order.size() && fits; ++i) {
      if (order[i] < 0) continue;
      const auto& parameter = builtin->parameters[std::min(i, builtin->parameters.size() - 1)];
      // "or list" functions take either the list or its items.
      const bool loose = builtin->rest == Rest::kOrList;
      fits = loose || kinds_fit(given[static_cast<std::size_t>(order[i])].value->type, parameter.kinds);
      if (!fits) wrong = static_cast<std::size_t>(order[i]);
    }
    near = builtin;
    chosen_order = order;
    if (fits) {
      chosen = builtin;
      break;
    }
  }
  if (near == nullptr) {
    type_error("wrong_arguments", position, {{"function", name}});
    auto null = make(Op::kLiteral, position);
    null->type = Type::null();
    return null;
  }
  if (chosen == nullptr) {
    type_error("wrong_argument_type", given[wrong].value->position, {{"function", name}, {"actual", given[wrong].value->type.name()}});
    chosen = near;
  }
  auto node = make(Op::kCall, position);
  node->builtin = chosen;
  node->name = name;
  uses_clock_ = uses_clock_ || chosen->uses_clock;
  std::vector<Type> types;
  for (const int index : chosen_order) {
    if (index < 0) {
      node->children.push_back(nullptr);
      types.push_back(Type::null());
    } else {
      types.push_back(given[static_cast<std::size_t>(index)].value->type);
      node->children.push_back(std::move(given[static_cast<std::size_t>(index)].value));
    }
  }
  node->type = result_type(*chosen, types);
  NodePtr folded = fold(std::move(node));
  static constexpr std::string_view kLiteralMakers[] = {"date", "time", "date and time", "duration"};
  if (folded->op == Op::kCall && std::find(std::begin(kLiteralMakers), std::end(kLiteralMakers), name) != std::end(kLiteralMakers) &&
      folded->children.size() == 1 && folded->children[0]->op == Op::kLiteral && folded->children[0]->literal.string()) {
    type_error("bad_literal", folded->children[0]->position, {{"text", *folded->children[0]->literal.string()}, {"type", name}});
  }
  if (name == "duration" && folded->op == Op::kLiteral) folded->type = type_of(folded->literal);
  return folded;
}

NodePtr Parser::value_call(NodePtr callee) {
  auto node = make(Op::kCallValue, callee->position);
  node->type = callee->type.kind() == Type::Kind::kFunction ? callee->type.result() : Type::any();
  std::vector<Argument> given = arguments();
  const auto parameters = callee->type.parameters();
  if (callee->op == Op::kFunction && given.size() != callee->names.size()) {
    type_error("wrong_arguments", callee->position, {{"function", "function"}});
  }
  node->children.push_back(std::move(callee));
  for (auto& argument : given) {
    if (!argument.name.empty()) node->names.push_back(argument.name);
    node->children.push_back(std::move(argument.value));
  }
  return node;
}

}  // namespace formula
