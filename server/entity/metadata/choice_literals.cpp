#include "server/entity/metadata/choice_literals.hpp"

#include "server/base/text/text.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/formula/parse/ast.hpp"

namespace entity {

namespace {

using formula::Node;
using formula::Op;

class Search {
 public:
  Search(const formula::Formula& formula, const Registry& registry, const EntityDef& entity)
      : formula_(formula), registry_(registry), entity_(entity) {}

  std::optional<formula::FormulaError> run(const FieldDef* result) {
    const Node& root = *formula_.tree()->root;
    visit(root);
    if (result != nullptr && !result->options.empty()) check_result(root, *result);
    return std::move(error_);
  }

 private:
  // The choice that a path of the record ends in, or nullptr.
  const FieldDef* choice_at(const Node& node) const {
    if (node.op != Op::kInput) return nullptr;
    const EntityDef* entity = &entity_;
    const FieldDef* field = nullptr;
    for (std::size_t i = 0; i < node.path.size(); ++i) {
      field = entity == nullptr ? nullptr : entity->field(node.path[i]);
      if (field == nullptr) return nullptr;
      entity = field->to.size() == 1 ? registry_.find(field->to.front()) : nullptr;
    }
    return field != nullptr && !field->options.empty() ? field : nullptr;
  }

  void visit(const Node& node) {
    if (error_) return;
    switch (node.op) {
      case Op::kEqual:
      case Op::kNotEqual:
        compare(*node.children[0], *node.children[1]);
        compare(*node.children[1], *node.children[0]);
        break;
      case Op::kIn:
        for (std::size_t i = 1; i < node.children.size(); ++i) compare(*node.children[0], *node.children[i]);
        break;
      case Op::kCall:
        // list contains(list, element), count, index of …: the words beside a list of choices are its options.
        for (std::size_t i = 1; i < node.children.size(); ++i) {
          const auto* field = choice_at(*node.children[0]);
          if (field != nullptr && field->type->is_multi_value(*field)) compare(*node.children[0], *node.children[i]);
        }
        break;
      default: break;
    }
    for (const auto& child : node.children) {
      if (child) visit(*child);
    }
  }

  void compare(const Node& path, const Node& words) {
    if (const auto* field = choice_at(path)) check_words(words, *field);
  }

  // A literal, a list of them, or the tests of `in`.
  void check_words(const Node& node, const FieldDef& field) {
    const bool is_group = node.op == Op::kList || node.op == Op::kTest;
    if (node.op == Op::kTest && node.test_op != Op::kEqual && node.test_op != Op::kNotEqual) return;
    for (const auto& child : node.children) {
      if (is_group && child) check_words(*child, field);
    }
    if (node.op == Op::kLiteral && node.literal.string() != nullptr) check_word(*node.literal.string(), node, field);
  }

  void check_result(const Node& node, const FieldDef& field) {
    if (node.op == Op::kIf) {
      check_result(*node.children[1], field);
      check_result(*node.children[2], field);
    } else if (node.op == Op::kLiteral || node.op == Op::kList) {
      check_words(node, field);
    }
  }

  void check_word(const std::string& word, const Node& node, const FieldDef& field) {
    if (error_ || word.empty() || field.option(word) != nullptr) return;
    std::string valid;
    for (const auto& option : field.options) valid += (valid.empty() ? "" : ", ") + option.key;
    const auto column = base::length(std::string_view(formula_.text()).substr(0, node.position)) + 1;
    error_ =
        formula::FormulaError{"unknown_option", node.position, column, {{"value", std::string(base::prefix(word, 100))}, {"valid", valid}}};
  }

  const formula::Formula& formula_;
  const Registry& registry_;
  const EntityDef& entity_;
  std::optional<formula::FormulaError> error_;
};

}  // namespace

std::optional<formula::FormulaError> find_unknown_option(const formula::Formula& formula, const Registry& registry, const EntityDef& entity,
                                                         const FieldDef* result) {
  return Search(formula, registry, entity).run(result);
}

}  // namespace entity
