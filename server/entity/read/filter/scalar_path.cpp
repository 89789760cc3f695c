#include "server/entity/read/filter/scalar_path.hpp"

namespace entity::read {

namespace {

struct ScalarPath {
  SqlWriter& out;
  FilterSql& filters;
  const std::vector<PathStep>& path;
  std::string_view column;

  void write(std::size_t step, std::string_view alias) {
    if (step + 1 == path.size()) {
      out << alias << "." << column;
      return;
    }
    const auto& entity = *path[step].entity;
    const auto& target = *path[step + 1].entity;
    const auto name = out.new_alias();
    out << "(SELECT ";
    write(step + 1, name);
    out << " FROM " << table_of(target) << " " << name << " WHERE " << name << ".id = " << alias << "."
        << column_of(entity, path[step].field);
    if (const auto entity_column = column_of(entity, path[step].field, "__entity"); !entity_column.empty()) {
      out << " AND " << alias << "." << entity_column << " = ";
      out.number(target.id);
    }
    out << " AND " << name << ".deleted_at IS NULL";
    filters.readable(target, name);
    out << ")";
  }
};

}  // namespace

void write_scalar_path(SqlWriter& out, FilterSql& filters, const std::vector<PathStep>& path, std::string_view column,
                       std::string_view alias) {
  if (path.size() == 1) {
    out << alias << "." << column;
    return;
  }
  const auto outer = filters.membership();
  filters.set_membership(FilterSql::Membership::kCorrelated);
  ScalarPath{out, filters, path, column}.write(0, alias);
  filters.set_membership(outer);
}

}  // namespace entity::read
