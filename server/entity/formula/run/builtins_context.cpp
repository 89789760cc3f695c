// DMN 1.5 §10.3.4.8.
#include "server/entity/formula/run/builtins.hpp"

namespace formula {
namespace {

using Arguments = std::span<Value>;

Value get_value(Evaluator& evaluator, Arguments a) {
  if (a[1].string()) {
    const Value* entry = a[0].context()->find(*a[1].string());
    return entry ? *entry : evaluator.warn("no_such_entry");
  }
  Value at = a[0];
  if (a[1].list()->empty()) return evaluator.warn("no_such_entry");
  for (const auto& key : *a[1].list()) {
    if (!key.string() || !at.context()) return evaluator.warn("no_such_entry");
    const Value* entry = at.context()->find(*key.string());
    if (entry == nullptr) return evaluator.warn("no_such_entry");
    at = Value(*entry);
  }
  return at;
}

Value get_entries(Evaluator&, Arguments a) {
  List out;
  for (const auto& [name, value] : a[0].context()->entries) {
    out.emplace_back(Context{{{"key", Value(name)}, {"value", value}}});
  }
  return out;
}

Value context_from_entries(Evaluator& evaluator, Arguments a) {
  Context out;
  for (const auto& item : *a[0].list()) {
    const Context* entry = item.context();
    const Value* key = entry ? entry->find("key") : nullptr;
    const Value* value = entry ? entry->find("value") : nullptr;
    if (!key || !key->string() || !value || out.find(*key->string())) return evaluator.warn("bad_entry");
    out.entries.emplace_back(*key->string(), *value);
  }
  return out;
}

std::optional<Value> put(const Context& context, const List& keys, std::size_t depth, const Value& value) {
  if (!keys[depth].string()) return std::nullopt;
  Context out = context;
  if (depth + 1 == keys.size()) {
    out.set(*keys[depth].string(), value);
    return Value(std::move(out));
  }
  const Value* inner = context.find(*keys[depth].string());
  if (inner && !inner->context()) return std::nullopt;
  const auto changed = put(inner ? *inner->context() : Context{}, keys, depth + 1, value);
  if (!changed) return std::nullopt;
  out.set(*keys[depth].string(), *changed);
  return Value(std::move(out));
}

Value context_put(Evaluator& evaluator, Arguments a) {
  evaluator.charge(static_cast<std::int64_t>(a[0].context()->entries.size()));
  if (a[1].string()) {
    Context out = *a[0].context();
    out.set(*a[1].string(), a[2]);
    return out;
  }
  const List& keys = *a[1].list();
  if (keys.empty() || keys.size() > 100) return evaluator.warn("bad_entry");
  const auto out = put(*a[0].context(), keys, 0, a[2]);
  return out ? *out : evaluator.warn("bad_entry");
}

Value context_merge(Evaluator& evaluator, Arguments a) {
  Context out;
  for (const auto& item : *a[0].list()) {
    if (!item.context()) return evaluator.warn("wrong_argument_type");
    for (const auto& [name, value] : item.context()->entries) {
      evaluator.charge(static_cast<std::int64_t>(out.entries.size() / 8 + 1));
      out.set(name, value);
    }
  }
  return out;
}

}  // namespace

void add_context_builtins(BuiltinTable& t) {
  const Type any_context = Type::plain(Type::Kind::kContext);
  const Type entries = Type::list(Type::context({{"key", Type::string()}, {"value", Type::any()}}));
  for (const std::string_view name : {"m", "context"}) {
    t.push_back({"get value", {{name, kContextMask}, {"key", kStringMask}}, Type::any(), get_value});
    t.push_back({"get entries", {{name, kContextMask}}, entries, get_entries});
  }
  t.push_back({"get value", {{"context", kContextMask}, {"keys", kListMask}}, Type::any(), get_value});
  t.push_back({"context", {{"entries", kListMask}}, any_context, context_from_entries});
  t.push_back({"context put", {{"context", kContextMask}, {"key", kStringMask}, {"value", kAnyMask}}, any_context, context_put});
  t.push_back({"context put", {{"context", kContextMask}, {"keys", kListMask}, {"value", kAnyMask}}, any_context, context_put});
  t.push_back({"context merge", {{"contexts", kListMask}}, any_context, context_merge});
}

}  // namespace formula
