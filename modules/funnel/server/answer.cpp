#include "modules/funnel/server/answer.hpp"

#include <algorithm>
#include <string>

#include "server/entity/read/page/titles.hpp"

namespace funnel {

namespace {

std::string wide_text(__int128 value, int scale) {
  const bool is_negative = value < 0;
  auto rest = is_negative ? -static_cast<unsigned __int128>(value) : static_cast<unsigned __int128>(value);
  std::string digits;
  while (rest > 0 || std::ssize(digits) <= scale) {
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  std::reverse(digits.begin(), digits.end());
  if (scale > 0) digits.insert(digits.size() - static_cast<std::size_t>(scale), 1, '.');
  return is_negative ? "-" + digits : digits;
}

class Writer {
 public:
  Writer(const entity::QueryContext& context, const Findings& findings, base::JsonWriter& out)
      : context_(context),
        findings_(findings),
        deal_(context.registry.require("deal")),
        scale_(deal_.field("amount")->scale),
        has_amounts_(findings.now.has_amounts),
        out_(out) {
    if (findings.request.wants_reference) read_reference();
    fetch_titles();
  }

  void write() {
    const auto& request = findings_.request;
    const Filters filters(request, findings_.pipeline, request.period);
    out_.begin_object().key("pipeline").begin_object().key("id").integer(findings_.pipeline.id);
    out_.key("title").text(findings_.pipeline.title).end_object();
    out_.key("mode").text(request.mode == Mode::kCohort ? "cohort" : "period");
    write_period(request.period);
    out_.key("time_zone").text(context_.caller.time_zone).key("currency").text(context_.registry.company().base_currency);
    out_.key("total");
    write_sums(findings_.now.total, &filters);
    if (request.split != Split::kNone) write_groups();
    if (findings_.previous != nullptr) write_previous();
    write_left_out(filters);
    out_.end_object();
  }

 private:
  void write_period(const Period& period) {
    out_.key("period")
        .begin_object()
        .key("from")
        .text(base::to_string(period.from))
        .key("to")
        .text(base::to_string(period.to))
        .end_object();
  }

  void write_cell(const Cell& cell) {
    out_.key("count").integer(cell.count).key("amount");
    if (has_amounts_)
      out_.text(wide_text(cell.amount, scale_));
    else
      out_.null();
  }

  // `filter` is left out of groups: theirs is the total's together with the condition of the group.
  template <typename MakeFilter>
  void write_figure(std::string_view key, const Cell& cell, const Filters* filters, MakeFilter make_filter) {
    out_.key(key).begin_object();
    write_cell(cell);
    if (filters != nullptr) out_.key("filter").value(make_filter(*filters));
    out_.end_object();
  }

  // Percent with two digits, rounded half up; null of nothing.
  void write_share(std::string_view key, std::int64_t part, std::int64_t whole) {
    out_.key(key);
    if (whole == 0)
      out_.null();
    else
      out_.text(wide_text((static_cast<__int128>(part) * 20000 + whole) / (2 * static_cast<__int128>(whole)), 2));
  }

  void write_sums(const Sums& sums, const Filters* filters) {
    const auto& steps = findings_.pipeline.steps;
    out_.begin_object();
    write_figure("deals", sums.deals, filters, [](const Filters& f) { return f.population(); });
    const bool can_win = !steps.empty() && steps.back().is_won;
    const Cell won = can_win ? sums.steps.back().entered : Cell{};
    out_.key("won");
    if (can_win) {
      out_.begin_object();
      write_cell(won);
      if (filters != nullptr) out_.key("filter").value(filters->entered(steps.size() - 1));
      out_.end_object();
    } else {
      out_.null();
    }
    write_figure("lost", sums.lost, filters, [](const Filters& f) { return f.lost(); });
    write_share("win_rate", won.count, won.count + sums.lost.count);
    out_.key("steps").begin_array();
    for (std::size_t i = 0; i < steps.size(); ++i) write_step(sums, i, filters);
    out_.end_array().end_object();
  }

  void write_step(const Sums& sums, std::size_t i, const Filters* filters) {
    const auto& step = findings_.pipeline.steps[i];
    const auto& found = sums.steps[i];
    const bool is_last = i + 1 == sums.steps.size();
    out_.begin_object().key("stages").begin_array();
    for (const auto stage : step.stages) out_.integer(stage);
    out_.end_array().key("title").text(step.title).key("color").text(step.color).key("kind").text(step.is_won ? "won" : "open");
    write_figure("entered", found.entered, filters, [&](const Filters& f) { return f.entered(i); });
    if (is_last) {
      out_.key("passed").null().key("conversion").null().key("amount_conversion").null();
    } else {
      const auto& next = sums.steps[i + 1].entered;
      write_figure("passed", next, filters, [&](const Filters& f) { return f.entered(i + 1); });
      write_share("conversion", next.count, found.entered.count);
      write_amount_share(next, found.entered);
    }
    write_share("from_start", found.entered.count, sums.steps.front().entered.count);
    write_figure("passed_by", found.passed_by, filters, [&](const Filters& f) { return f.passed_by(i); });
    write_figure("lost", found.lost, filters, [&](const Filters& f) { return f.lost_at(i); });
    write_figure("here", found.here, filters, [&](const Filters& f) { return f.here(i); });
    out_.key("time").begin_object().key("left").integer(found.left);
    write_seconds("median_s", found.median_s, found.left);
    write_seconds("p80_s", found.p80_s, found.left);
    out_.end_object().key("reasons").begin_array();
    if (findings_.now.has_reasons) {
      for (const auto& [reason, cell] : sorted(found.reasons)) {
        out_.begin_object().key("reason");
        write_reference("lost_reason", reason);
        write_cell(cell);
        if (filters != nullptr) out_.key("filter").value(filters->lost_at(i, reason));
        out_.end_object();
      }
    }
    out_.end_array();
    if (const auto reference = references_.find(step.stages.front()); reference != references_.end())
      out_.key("reference").value(reference->second);
    out_.end_object();
  }

  void write_amount_share(const Cell& part, const Cell& whole) {
    out_.key("amount_conversion");
    if (!has_amounts_ || whole.amount <= 0 || part.amount < 0)
      out_.null();
    else
      out_.text(wide_text((part.amount * 20000 + whole.amount) / (2 * whole.amount), 2));
  }

  void write_seconds(std::string_view key, std::int64_t seconds, std::int64_t of) {
    out_.key(key);
    if (of == 0)
      out_.null();
    else
      out_.integer(seconds);
  }

  static std::vector<std::pair<std::int64_t, Cell>> sorted(const std::map<std::int64_t, Cell>& reasons) {
    std::vector<std::pair<std::int64_t, Cell>> list(reasons.begin(), reasons.end());
    std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.second.count > b.second.count; });
    return list;
  }

  void write_reference(const char* entity_key, std::int64_t id) {
    if (id == 0) {
      out_.null();
      return;
    }
    out_.begin_object().key("id").integer(id).key("title").raw(titles_.at(context_.registry.require(entity_key).id).at(id)).end_object();
  }

  void write_groups() {
    out_.key("groups").begin_array();
    for (const auto& group : findings_.now.groups) {
      out_.begin_object().key("key");
      const auto split = findings_.request.split;
      if (split == Split::kOwner)
        write_reference("user", group.key);
      else if (split == Split::kSegment)
        write_reference("segment", group.key);
      else
        out_.text(group.text);
      out_.key("condition").value(group.condition).key("sums");
      write_sums(group.sums, nullptr);
      out_.end_object();
    }
    out_.end_array();
  }

  void write_previous() {
    const auto period = previous_period(findings_.request.period);
    const Filters filters(findings_.request, findings_.pipeline, period);
    out_.key("previous").begin_object();
    write_period(period);
    out_.key("total");
    write_sums(findings_.previous->total, &filters);
    out_.end_object();
  }

  // What the figures do not hold, or hold in a way that may surprise.
  void write_left_out(const Filters& filters) {
    const auto& now = findings_.now;
    const auto* all = &filters;
    out_.key("left_out").begin_object();
    if (findings_.request.mode == Mode::kCohort)
      write_figure("without_moves", now.without_moves, all, [](const Filters& f) { return f.without_moves(); });
    write_figure("lost_elsewhere", now.total.lost_elsewhere, all, [](const Filters& f) { return f.lost_elsewhere(); });
    write_figure("moved_away", now.total.moved_away, all, [](const Filters& f) { return f.moved_away(); });
    if (has_amounts_)
      write_figure("without_amount", {now.total.without_amount, 0}, all, [](const Filters& f) { return f.without("amount"); });
    const auto split = findings_.request.split;
    if (split != Split::kNone) {
      out_.key("without_group").begin_object().key("count").integer(now.without_group);
      if (split == Split::kOwner || split == Split::kSource) {
        out_.key("filter").value(filters.without(split == Split::kOwner ? "owner" : "source"));
      } else {
        json::array conditions;
        for (const auto& group : now.groups) conditions.push_back(group.condition);
        out_.key("filter").value(conditions.empty() ? filters.population() : filters.without_any(conditions));
      }
      out_.end_object().key("other_groups").integer(now.other_groups);
    }
    out_.end_object();
  }

  void read_reference() {
    const auto& entity = context_.registry.require("reference_funnel");
    const json::object body = {
        {"filter", condition("pipeline", "eq", findings_.pipeline.id)}, {"fields", {"stage", "conversion", "days"}}, {"limit", 1000}};
    std::string text;
    base::JsonWriter out(text);
    entity::run_query(context_, entity::parse_query(body, {context_.registry, entity, context_.caller, context_.now}), out);
    const json::value rows = base::parse_json(text);
    for (const auto& row : rows.at("items").as_array()) {
      const auto& object = row.as_object();
      const auto* stage = object.if_contains("stage");
      if (stage == nullptr || !stage->is_object()) continue;
      const auto member = [&](const char* name) { return object.contains(name) ? object.at(name) : json::value(nullptr); };
      references_[stage->at("id").as_int64()] = {{"conversion", member("conversion")}, {"days", member("days")}};
    }
  }

  void collect_reasons(const Sums& sums) {
    auto& titles = titles_[context_.registry.require("lost_reason").id];
    for (const auto& step : sums.steps) {
      for (const auto& [reason, cell] : step.reasons) {
        if (reason != 0) titles.try_emplace(reason);
      }
    }
  }

  void fetch_titles() {
    collect_reasons(findings_.now.total);
    if (findings_.previous != nullptr) collect_reasons(findings_.previous->total);
    const auto split = findings_.request.split;
    for (const auto& group : findings_.now.groups) {
      collect_reasons(group.sums);
      if (split == Split::kOwner) titles_[context_.registry.require("user").id].try_emplace(group.key);
      if (split == Split::kSegment) titles_[context_.registry.require("segment").id].try_emplace(group.key);
    }
    entity::read::fetch_titles(context_, titles_);
  }

  const entity::QueryContext& context_;
  const Findings& findings_;
  const entity::EntityDef& deal_;
  const int scale_;
  const bool has_amounts_;
  base::JsonWriter& out_;
  entity::read::TitleMap titles_;
  std::unordered_map<std::int64_t, json::value> references_;  // by stage
};

}  // namespace

void write_answer(const entity::QueryContext& context, const Findings& findings, base::JsonWriter& out) {
  Writer(context, findings, out).write();
}

}  // namespace funnel
