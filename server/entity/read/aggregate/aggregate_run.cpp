#include <algorithm>
#include <utility>

#include "server/base/decimal.hpp"
#include "server/base/error.hpp"
#include "server/base/time.hpp"
#include "server/entity/query.hpp"
#include "server/entity/read/access/access_set.hpp"
#include "server/entity/read/aggregate/groups.hpp"
#include "server/entity/read/filter/scalar_path.hpp"
#include "server/entity/read/page/page.hpp"
#include "server/entity/read/page/slow_query.hpp"
#include "server/entity/read/page/titles.hpp"

namespace entity {

namespace {

using read::GroupColumn;
using read::GroupTable;
using read::MeasureColumn;
using read::Terminal;

std::string wide_text(__int128 value, int scale) {
  const bool is_negative = value < 0;
  auto rest = is_negative ? -static_cast<unsigned __int128>(value) : static_cast<unsigned __int128>(value);
  std::string digits;
  while (rest > 0 || static_cast<int>(digits.size()) <= scale) {
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  if (is_negative) digits += '-';
  std::reverse(digits.begin(), digits.end());
  if (scale > 0) digits.insert(digits.size() - static_cast<std::size_t>(scale), 1, '.');
  return digits;
}

// Half away from zero, the product's one way of rounding.
__int128 divide_rounded(__int128 value, std::int64_t by) {
  const auto half = by / 2;
  return value >= 0 ? (value + half) / by : -((-value + half) / by);
}

// How numbers of a measure are written.
int scale_of(const Terminal& terminal) {
  const auto* type = terminal.field->result_type != nullptr ? terminal.field->result_type : terminal.field->type;
  return type->name() == "decimal" || type->name() == "percent" || type->name() == "money" ? terminal.field->scale : 0;
}

class AggregateRun {
 public:
  AggregateRun(const QueryContext& context, const Aggregate& aggregate)
      : context_(context),
        aggregate_(aggregate),
        selection_(read::make_selection(context, *aggregate.entity, aggregate.filter, Action::kRead, false)),
        access_(context, selection_) {
    for (std::size_t i = 0; i < aggregate.group.size(); ++i) {
      groups_.push_back({read::describe_terminal(context.registry, aggregate.group[i].back()), aggregate.group_units[i], 0});
    }
    for (const auto& measure : aggregate.measures) {
      MeasureColumn column;
      column.fn = measure.fn;
      column.has_field = !measure.path.empty();
      if (column.has_field) column.terminal = read::describe_terminal(context.registry, measure.path.back());
      measures_.push_back(std::move(column));
    }
  }

  void run(base::JsonWriter& out) {
    if (selection_.filter.kind == Filter::Kind::kNever || selection_.access.kind == Filter::Kind::kNever) {
      GroupTable table(groups_, measures_, context_.caller);
      table.add_empty();
      write(table, out);
      return;
    }
    if (grouped_by_database())
      run_grouped(out);
    else
      run_streamed(out);
  }

 private:
  bool is_postgres() const { return context_.connection.dialect() == store::Dialect::kPostgres; }
  bool has_units() const {
    return std::any_of(groups_.begin(), groups_.end(), [](const GroupColumn& group) { return !group.unit.empty(); });
  }

  // SQLite groups by sorting unless an index brings the rows in order (measured: streaming into a hash table is 4 to 15
  // times faster than its sort, and it has no time zones); it is asked. PostgreSQL hashes.
  bool grouped_by_database() {
    if (is_postgres()) return true;
    if (has_units()) return false;
    if (groups_.empty()) return true;
    read::SqlWriter sql(context_.connection);
    sql << "EXPLAIN QUERY PLAN ";
    write_grouped_sql(sql);
    auto statement = context_.connection.prepare("explain_aggregate", sql.text());
    sql.bind_all(statement);
    access_.bind(statement);
    while (statement.step()) {
      if (statement.text(3).find("TEMP B-TREE") != std::string_view::npos) return false;
    }
    return true;
  }

  // The value of a group column: the folded form of text, then the spelling; links to several entities with their
  // entity.
  void write_group_value(read::SqlWriter& sql, read::FilterSql& filters, std::size_t index, bool grouped) {
    const auto& group = groups_[index];
    const auto& path = aggregate_.group[index];
    const bool truncated = grouped && !group.unit.empty();
    if (truncated) {
      const bool is_instant = group.terminal.comparison == Comparison::kInstant;
      sql << "(date_trunc('" << group.unit << "', " << (is_instant ? "to_timestamp(" : "(DATE '1970-01-01' + ");
      read::write_scalar_path(sql, filters, path, group.terminal.column, "r");
      if (is_instant)
        (sql << " / 1000000.0) AT TIME ZONE ").parameter(context_.caller.time_zone);
      else
        sql << "::int)";
      sql << ")::date - DATE '1970-01-01')::bigint";
      return;
    }
    read::write_scalar_path(sql, filters, path, group.terminal.column, "r");
  }

  void write_group_extra(read::SqlWriter& sql, read::FilterSql& filters, std::size_t index, bool grouped) {
    const auto& terminal = groups_[index].terminal;
    if (terminal.is_folded) {
      sql << (grouped ? ",min(" : ",");
      read::write_scalar_path(sql, filters, aggregate_.group[index], terminal.value_column, "r");
      if (grouped) sql << ")";
    } else if (!terminal.entity_column.empty()) {
      sql << ",";
      read::write_scalar_path(sql, filters, aggregate_.group[index], terminal.entity_column, "r");
    }
  }

  static int width(const GroupColumn& group) { return group.terminal.is_folded || !group.terminal.entity_column.empty() ? 2 : 1; }

  void write_measure(read::SqlWriter& sql, read::FilterSql& filters, std::size_t index, bool grouped) {
    const auto& measure = measures_[index];
    if (!measure.has_field) return;
    const auto value = [&] { read::write_scalar_path(sql, filters, aggregate_.measures[index].path, measure.terminal.column, "r"); };
    if (!grouped) {
      sql << ",";
      value();
      return;
    }
    sql << ",count(";
    value();
    sql << ")";
    switch (measure.fn) {
      case Measure::Fn::kCount: return;
      case Measure::Fn::kCountDistinct: sql << ",count(DISTINCT "; break;
      case Measure::Fn::kMin: sql << ",min("; break;
      case Measure::Fn::kMax: sql << ",max("; break;
      default: sql << ",sum(";
    }
    value();
    sql << ")";
    if (is_postgres() && (measure.fn == Measure::Fn::kSum || measure.fn == Measure::Fn::kAvg)) sql << "::text";
  }

  // key…, [count(*),] measures…; notes where each stands.
  int write_select(read::SqlWriter& sql, read::FilterSql& filters, bool grouped) {
    int column = 0;
    sql << "SELECT ";
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      if (i != 0) sql << ",";
      groups_[i].column = column;
      write_group_value(sql, filters, i, grouped);
      write_group_extra(sql, filters, i, grouped);
      column += width(groups_[i]);
    }
    if (!groups_.empty()) sql << ",";
    const int count_column = column++;
    sql << (grouped ? "count(*)" : "1");
    for (std::size_t i = 0; i < measures_.size(); ++i) {
      measures_[i].column = column;
      write_measure(sql, filters, i, grouped);
      if (measures_[i].has_field) column += grouped && measures_[i].fn != Measure::Fn::kCount ? 2 : 1;
    }
    sql << " FROM " << table_of(*aggregate_.entity) << " r";
    read::write_where(sql, filters, selection_, "r", access_.drive());
    access_.write(sql);
    return count_column;
  }

  int write_grouped_sql(read::SqlWriter& sql) {
    read::FilterSql filters(sql, context_.registry, context_.caller, context_.now);
    filters.set_via_membership(read::FilterSql::Membership::kLists);
    sql.expect_many_rows();
    const int count_column = write_select(sql, filters, true);
    std::string_view word = " GROUP BY ";
    for (const auto& group : groups_) {
      sql << word;
      sql.number(group.column + 1);
      word = ",";
      if (!group.terminal.entity_column.empty()) {
        sql << ",";
        sql.number(group.column + 2);
      }
    }
    return count_column;
  }

  void run_grouped(base::JsonWriter& out) {
    read::SqlWriter sql(context_.connection);
    const int count_column = write_grouped_sql(sql);
    GroupTable table(groups_, measures_, context_.caller);
    auto statement = context_.connection.prepare("aggregate_grouped", sql.text());
    sql.bind_all(statement);
    access_.bind(statement);
    while (statement.step()) table.add_group(statement, count_column);
    write(table, out);
  }

  void run_streamed(base::JsonWriter& out) {
    read::SqlWriter sql(context_.connection);
    read::FilterSql filters(sql, context_.registry, context_.caller, context_.now);
    filters.set_via_membership(read::FilterSql::Membership::kLists);
    sql.expect_many_rows();
    write_select(sql, filters, false);
    GroupTable table(groups_, measures_, context_.caller);
    auto statement = context_.connection.prepare("aggregate_streamed", sql.text());
    sql.bind_all(statement);
    access_.bind(statement);
    while (statement.step()) table.add_record(statement);
    write(table, out);
  }

  void write(const GroupTable& table, base::JsonWriter& out) {
    const auto groups = table.sorted();
    const auto shown = std::min(groups.size(), static_cast<std::size_t>(aggregate_.limit));
    read::TitleMap titles;
    for (std::size_t i = 0; i < shown; ++i) {
      for (std::size_t part = 0; part < groups_.size(); ++part) {
        if (const auto entity_id = title_entity(part, groups[i]->key[part]); entity_id != 0) {
          titles[entity_id][std::get<std::int64_t>(groups[i]->key[part].value)];
        }
      }
    }
    read::fetch_titles(context_, titles);
    out.begin_object().key("groups").begin_array();
    for (std::size_t i = 0; i < shown; ++i) write_group(*groups[i], titles, out);
    out.end_array().key("left_out").begin_object();
    if (!groups_.empty()) out.key("without_group").integer(table.without_group());
    out.key("without_value").begin_object();
    for (std::size_t i = 0; i < measures_.size(); ++i) {
      if (!measures_[i].has_field) continue;
      const auto name = read::path_text(aggregate_.measures[i].path);
      bool is_first = true;
      for (std::size_t k = 0; k < i; ++k)
        is_first = is_first && (!measures_[k].has_field || read::path_text(aggregate_.measures[k].path) != name);
      if (is_first) out.key(name).integer(table.without_value(i));
    }
    out.end_object();
    if (shown < groups.size()) out.key("groups").integer(static_cast<std::int64_t>(groups.size() - shown));
    out.end_object().end_object();
  }

  int title_entity(std::size_t part, const read::KeyPart& key) const {
    const auto& terminal = groups_[part].terminal;
    if (terminal.comparison != Comparison::kLink) return 0;
    if (key.entity_id != 0) return static_cast<int>(key.entity_id);
    return terminal.targets.size() == 1 ? terminal.targets.front()->id : 0;
  }

  void write_group(const read::Group& group, const read::TitleMap& titles, base::JsonWriter& out) {
    out.begin_object().key("key").begin_object();
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      out.key(read::path_text(aggregate_.group[i]));
      write_key(i, group.key[i], titles, out);
    }
    out.end_object().key("values").begin_array();
    for (std::size_t i = 0; i < measures_.size(); ++i) write_value(group, i, out);
    out.end_array().end_object();
  }

  void write_key(std::size_t index, const read::KeyPart& key, const read::TitleMap& titles, base::JsonWriter& out) const {
    const auto& group = groups_[index];
    if (const auto* text = std::get_if<std::string>(&key.value)) {
      out.text(group.terminal.is_folded ? key.shown : *text);
      return;
    }
    const auto number = std::get<std::int64_t>(key.value);
    if (const auto entity_id = title_entity(index, key); entity_id != 0) {
      out.begin_object().key("id").integer(number);
      if (key.entity_id != 0) {
        const auto* target = context_.registry.find_id(entity_id);
        out.key("entity").text(target != nullptr ? target->key : "");
      }
      out.key("title").raw(titles.at(entity_id).at(number)).end_object();
    } else if (!group.unit.empty() || group.terminal.comparison == Comparison::kDate) {
      out.text(base::to_string(base::from_days(number)));
    } else if (group.terminal.comparison == Comparison::kBool) {
      out.boolean(number != 0);
    } else if (const int scale = scale_of(group.terminal); scale > 0) {
      out.text(wide_text(number, scale));
    } else {
      out.integer(number);
    }
  }

  // Sums and extremes as the field is written; averages with two digits more. A group without any value has null, its
  // sum too.
  void write_value(const read::Group& group, std::size_t index, base::JsonWriter& out) const {
    const auto& measure = measures_[index];
    const auto& state = group.measures[index];
    if (measure.fn == Measure::Fn::kCount) {
      out.integer(measure.has_field ? state.count : group.count);
      return;
    }
    if (measure.fn == Measure::Fn::kCountDistinct) {
      out.integer(state.distinct_count);
      return;
    }
    if (state.count == 0) {
      out.null();
      return;
    }
    const int scale = scale_of(measure.terminal);
    if (measure.fn == Measure::Fn::kAvg) {
      out.text(wide_text(divide_rounded(state.sum * 100, state.count), scale + 2));
    } else if (measure.fn == Measure::Fn::kSum) {
      if (is_plain(measure.terminal))
        out.raw(wide_text(state.sum, 0));
      else
        out.text(wide_text(state.sum, scale));
    } else {
      write_extreme(measure.terminal, measure.fn == Measure::Fn::kMin ? state.low : state.high, out);
    }
  }

  // JSON numbers: integers and microseconds of durations.
  static bool is_plain(const Terminal& terminal) {
    return terminal.comparison == Comparison::kDuration || terminal.field->type->name() == "integer" || terminal.field->system;
  }

  static void write_extreme(const Terminal& terminal, std::int64_t value, base::JsonWriter& out) {
    if (terminal.comparison == Comparison::kDate)
      out.text(base::to_string(base::from_days(value)));
    else if (terminal.comparison == Comparison::kInstant)
      out.text(base::to_string(base::from_micros(value)));
    else if (is_plain(terminal))
      out.integer(value);
    else
      out.text(wide_text(value, scale_of(terminal)));
  }

  const QueryContext& context_;
  const Aggregate& aggregate_;
  read::Selection selection_;
  read::AccessSet access_;
  std::vector<GroupColumn> groups_;
  std::vector<MeasureColumn> measures_;
};

}  // namespace

void run_aggregate(const QueryContext& context, const Aggregate& aggregate, base::JsonWriter& out) {
  if (!may(context.caller, *aggregate.entity, Action::kRead)) {
    throw base::Error(base::ErrorCode::kPermissionDenied, "no_right", {{"entity", aggregate.entity->key}});
  }
  read::with_advice(aggregate.filter, {}, [&] { AggregateRun(context, aggregate).run(out); });
}

}  // namespace entity
