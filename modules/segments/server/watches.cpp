#include "modules/segments/server/watches.hpp"

#include "server/base/error.hpp"
#include "server/entity/field_type.hpp"
#include "server/entity/formula/formula.hpp"

namespace segments {

namespace {

using entity::EntityDef;
using entity::FieldDef;
using entity::FieldIndex;
using entity::Filter;

class Walker {
 public:
  explicit Walker(const entity::Registry& registry) : registry_(registry) {}

  void walk(const Filter& filter, const EntityDef& entity, const std::vector<Hop>& hops) {
    result_.entities.insert(&entity);
    switch (filter.kind) {
      case Filter::Kind::kAnd:
      case Filter::Kind::kOr:
      case Filter::Kind::kNot:
        for (const auto& child : filter.children) walk(child, entity, hops);
        break;
      case Filter::Kind::kCompare: compare(filter, hops); break;
      case Filter::Kind::kExists: exists(filter, entity, hops); break;
      case Filter::Kind::kFormula: formula(filter, entity, hops); break;
      case Filter::Kind::kText: watch_all(entity, hops); break;
      default: break;
    }
  }

  Dependencies take() { return std::move(result_); }

 private:
  static std::vector<Hop> with(Hop hop, const std::vector<Hop>& hops) {
    std::vector<Hop> longer = {hop};
    longer.insert(longer.end(), hops.begin(), hops.end());
    return longer;
  }

  void watch_all(const EntityDef& entity, const std::vector<Hop>& hops) {
    Watch watch;
    watch.entity = &entity;
    watch.is_any_field = true;
    watch.hops = hops;
    result_.watches.push_back(std::move(watch));
  }

  void compare(const Filter& filter, const std::vector<Hop>& hops) {
    std::vector<Hop> way = hops;
    for (std::size_t i = 0; i < filter.path.size(); ++i) {
      const auto& step = filter.path[i];
      result_.entities.insert(step.entity);
      watch_field(*step.entity, step.field, way);
      if (i + 1 == filter.path.size()) {
        result_.leaves.push_back({&filter, step.entity, way});
        if (filter.op == entity::FilterOp::kWithin) watch_tree(*step.entity, step.field);
      } else {
        way = with({Hop::Kind::kPointers, step.entity, step.field}, way);
      }
    }
  }

  void watch_field(const EntityDef& entity, FieldIndex index, const std::vector<Hop>& hops) {
    const FieldDef& field = entity.fields[static_cast<std::size_t>(index)];
    if (field.key == "updated_at" || field.key == "updated_by" || field.key == "version") {
      watch_all(entity, hops);
      return;
    }
    Watch watch;
    watch.entity = &entity;
    watch.fields = {field.id};
    watch.hops = hops;
    result_.watches.push_back(std::move(watch));
    if (field.type->name() == "roll_up") roll_up(entity, field, hops);
    if (!field.through.empty()) relation(entity, field, hops);
  }

  // Sums change without an event of their own: what is summed is watched, and along a tree all above it.
  void roll_up(const EntityDef& entity, const FieldDef& field, const std::vector<Hop>& hops) {
    const auto& declaration = field.declaration.as_object();
    const std::string of = base::json_string(declaration, "of");
    const auto dot = of.find('.');
    const auto* child = registry_.find(std::string_view(of).substr(0, dot));
    const FieldIndex link = child == nullptr ? -1 : child->index_of(std::string_view(of).substr(dot + 1));
    if (link < 0) return;
    result_.entities.insert(child);
    const std::string tree = base::json_string(declaration, "tree");
    const FieldIndex tree_link = tree.empty() ? -1 : entity.index_of(tree);
    std::vector<Hop> way = hops;
    if (tree_link >= 0) {
      way = with({Hop::Kind::kAncestors, &entity, tree_link}, way);
      // A whole branch that moves changes the sums of those it left and of those it joined.
      Watch moved;
      moved.entity = &entity;
      moved.fields = {entity.fields[static_cast<std::size_t>(tree_link)].id};
      moved.hops = with({Hop::Kind::kTargets, &entity, tree_link}, way);
      result_.watches.push_back(std::move(moved));
    }
    watch_all(*child, with({Hop::Kind::kTargets, child, link}, way));
  }

  // Rows of a many_to_many that are saved as records of their own.
  void relation(const EntityDef& entity, const FieldDef& field, const std::vector<Hop>& hops) {
    const auto* through = registry_.find(field.through);
    if (through == nullptr) return;
    for (std::size_t i = 0; i < through->fields.size(); ++i) {
      const auto& link = through->fields[i];
      if (!link.system && link.to.size() == 1 && link.to.front() == entity.key)
        watch_all(*through, with({Hop::Kind::kTargets, through, static_cast<FieldIndex>(i)}, hops));
    }
  }

  void watch_tree(const EntityDef& entity, FieldIndex index) {
    const FieldDef& field = entity.fields[static_cast<std::size_t>(index)];
    for (const auto& key : field.to) {
      const auto* target = registry_.find(key);
      const auto* parent = target == nullptr ? nullptr : target->field("parent");
      if (parent == nullptr) continue;
      Watch watch;
      watch.entity = target;
      watch.fields = {parent->id};
      watch.is_everything = true;
      result_.watches.push_back(std::move(watch));
    }
  }

  void exists(const Filter& filter, const EntityDef& entity, const std::vector<Hop>& hops) {
    const auto& step = filter.path.front();
    const EntityDef& other = *filter.other;
    if (other.key == "segment_member" || other.key == "segment_move") throw base::Error::field("filter", "segment_in_segment");
    const auto way = with({Hop::Kind::kTargets, &other, step.field}, hops);
    const FieldDef& link = other.fields[static_cast<std::size_t>(step.field)];
    // Rows of a log have no events: they are written with a change of the record that they are about.
    if (other.kind == entity::EntityKind::kLog) watch_all(entity, hops);
    Watch watch;
    watch.entity = &other;
    watch.fields = {link.id};
    watch.hops = way;
    result_.watches.push_back(std::move(watch));
    if (!link.through.empty()) relation_target(other, link, entity, hops);
    walk(filter.children.front(), other, way);
  }

  void relation_target(const EntityDef&, const FieldDef& field, const EntityDef& target, const std::vector<Hop>& hops) {
    const auto* through = registry_.find(field.through);
    if (through == nullptr) return;
    for (std::size_t i = 0; i < through->fields.size(); ++i) {
      const auto& link = through->fields[i];
      if (!link.system && link.to.size() == 1 && link.to.front() == target.key)
        watch_all(*through, with({Hop::Kind::kTargets, through, static_cast<FieldIndex>(i)}, hops));
    }
  }

  void formula(const Filter& filter, const EntityDef& entity, const std::vector<Hop>& hops) {
    if (filter.formula->uses_clock()) throw base::Error::field("filter", "segment_clock");
    for (const auto& path : filter.formula->inputs()) {
      const EntityDef* at = &entity;
      std::vector<Hop> way = hops;
      for (const auto& name : path) {
        const FieldIndex index = at->index_of(name);
        if (index < 0) break;
        watch_field(*at, index, way);
        const FieldDef& field = at->fields[static_cast<std::size_t>(index)];
        const auto* next = field.to.size() == 1 ? registry_.find(field.to.front()) : nullptr;
        if (next == nullptr) break;
        way = with({Hop::Kind::kPointers, at, index}, way);
        at = next;
        result_.entities.insert(at);
      }
    }
  }

  const entity::Registry& registry_;
  Dependencies result_;
};

}  // namespace

Dependencies dependencies_of(const entity::Registry& registry, const entity::EntityDef& entity, const entity::Filter& filter) {
  Walker walker(registry);
  walker.walk(filter, entity, {});
  return walker.take();
}

}  // namespace segments
