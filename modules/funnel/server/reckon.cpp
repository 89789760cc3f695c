#include "modules/funnel/server/reckon.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <limits>
#include <tuple>
#include <unordered_map>

#include "modules/funnel/server/groups.hpp"
#include "modules/funnel/server/slots.hpp"
#include "server/base/error.hpp"
#include "server/entity/access.hpp"
#include "server/insight/number_rows.hpp"

namespace funnel {

namespace {

constexpr std::size_t kIdsAtOnce = 1000;
constexpr std::size_t kMovesAtOnce = 256;
constexpr std::int64_t kOfDeals = 0;
constexpr std::int64_t kMicrosInSecond = 1'000'000;
// Bits of Deal::reached above the steps.
constexpr std::uint64_t kMoved = std::uint64_t{1} << 62, kLost = std::uint64_t{1} << 63;
constexpr std::uint64_t kSteps = kMoved - 1;

// One line of the processor's memory: moves find their deals at random.
struct alignas(64) Deal {
  std::uint64_t reached = 0, lost_from = 0, left = 0;
  std::int64_t id = 0, amount = insight::kNoNumber, split = 0, reason = 0;
  std::int32_t step = -1;  // where it stands
  bool is_in_pipeline = false, is_in_lost_stage = false;
};

struct Move {
  std::int64_t deal, from, to, micros;
};

// What a thread that reads has for itself.
struct alignas(64) Worker {
  std::vector<Deal> deals;
  std::vector<Move> pending;          // see add_move
  std::vector<std::uint32_t> places;  // of their deals
  std::int64_t last_stage = 0;
  int last_step = -1;
};

// Several threads may add to the same deal.
void add_bits(std::uint64_t& bits, std::uint64_t more) {
  const std::atomic_ref shared(bits);
  if ((~shared.load(std::memory_order_relaxed) & more) != 0) shared.fetch_or(more, std::memory_order_relaxed);
}

void add_seconds(std::uint32_t& sum, std::int64_t seconds) {
  const std::atomic_ref shared(sum);
  auto before = shared.load(std::memory_order_relaxed);
  std::uint32_t after;
  do {
    after = static_cast<std::uint32_t>(std::min<std::int64_t>(seconds + before, std::numeric_limits<std::uint32_t>::max()));
  } while (!shared.compare_exchange_weak(before, after, std::memory_order_relaxed));
}

std::int64_t or_zero(std::int64_t number) { return number == insight::kNoNumber ? 0 : number; }
int highest(std::uint64_t bits) { return std::bit_width(bits & kSteps) - 1; }

class Reckoner {
 public:
  Reckoner(const entity::QueryContext& context, const Request& request, const Pipeline& pipeline, const Period& period)
      : context_(context),
        request_(request),
        pipeline_(pipeline),
        filters_(request, pipeline, period),
        deal_(context.registry.require("deal")),
        move_(context.registry.require("stage_move")),
        workers_(static_cast<std::size_t>(insight::count_workers(context.connection))) {
    const auto may_read = [&](const char* field) { return entity::may_read_field(context.caller, deal_, *deal_.field(field)); };
    result_.has_amounts = may_read("amount");
    result_.has_reasons = may_read("lost_reason");
  }

  Result run() {
    read();
    Grouping grouping(context_, request_, result_.groups);
    begin(result_.total);
    for (auto& group : result_.groups) begin(group.sums);
    for (std::size_t i = 0; i < deals_.size(); ++i) {
      const Deal& deal = deals_[i];
      if ((deal.reached & kMoved) == 0) {
        if (request_.mode == Mode::kCohort && deal.is_in_pipeline) add(result_.without_moves, deal);
        continue;
      }
      add(result_.total, i);
      if (request_.split == Split::kNone) continue;
      const auto groups = grouping.groups_of(deal.id, deal.split);
      if (groups.empty()) ++result_.without_group;
      for (const auto group : groups) {
        if (result_.groups[group].sums.steps.empty()) begin(result_.groups[group].sums);
        add(result_.groups[group].sums, i);
      }
    }
    finish(result_.total);
    for (auto& group : result_.groups) finish(group.sums);
    std::sort(result_.groups.begin(), result_.groups.end(), [](const Group& a, const Group& b) {
      return std::tuple(-a.sums.deals.count, a.key, std::string_view(a.text)) <
             std::tuple(-b.sums.deals.count, b.key, std::string_view(b.text));
    });
    std::erase_if(result_.groups, [](const Group& group) { return group.sums.deals.count == 0; });
    if (result_.groups.size() > kMostGroups) {
      result_.other_groups = static_cast<std::int64_t>(result_.groups.size() - kMostGroups);
      result_.groups.resize(kMostGroups);
    }
    return std::move(result_);
  }

 private:
  entity::Filter parse(const entity::EntityDef& entity, const json::value& filter) const {
    return entity::parse_filter(filter, {context_.registry, entity, context_.caller, context_.now});
  }

  // Few moves of a period lead to their deals, few deals to their moves; else both are read whole.
  void read() {
    if (request_.mode == Mode::kPeriod) {
      std::vector<Move> moves;
      const auto enough = static_cast<std::int64_t>(request_.few) + 1;
      const bool is_all = read_moves(parse(move_, filters_.moves()), enough, [&](const Move& move) {
        moves.push_back(move);
        return moves.size() <= request_.few;
      });
      if (is_all) {
        std::vector<std::int64_t> ids;
        for (const auto& move : moves) ids.push_back(move.deal);
        std::sort(ids.begin(), ids.end());
        ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
        by_ids(ids, [&](std::vector<entity::Value> values) { read_deals(compare(deal_, "id", std::move(values)), false); });
        prepare_stays();
        for (const auto& move : moves) add_move(workers_.front(), move);
        apply_pending();
        return;
      }
    }
    read_deals(entity::Filter::always(), true);
    prepare_stays();
    read_moves_of_deals();
    apply_pending();
  }

  void read_moves_of_deals() {
    if (deals_.size() > request_.few || request_.mode == Mode::kPeriod) {
      auto rows = moves(parse(move_, filters_.moves()));
      insight::read_numbers_in_parts(moves_context(), rows, move_.index_of("moved_at"), [&](int worker, const std::int64_t* row) {
        add_move(workers_[static_cast<std::size_t>(worker)], move_of(row));
        return true;
      });
      return;
    }
    const auto take = [&](const Move& move) {
      add_move(workers_.front(), move);
      return true;
    };
    std::vector<std::int64_t> ids;
    for (const auto& deal : deals_) ids.push_back(deal.id);
    const auto of_pipeline = parse(move_, filters_.moves());
    by_ids(ids, [&](std::vector<entity::Value> values) {
      for (auto& value : values) value = entity::Link{deal_.id, std::get<std::int64_t>(value)};
      read_moves(entity::Filter::all_of({compare(move_, "deal", std::move(values)), of_pipeline}), kOfDeals, take);
    });
  }

  static entity::Filter compare(const entity::EntityDef& entity, std::string_view field, std::vector<entity::Value> values) {
    entity::Filter filter;
    filter.kind = entity::Filter::Kind::kCompare;
    filter.op = entity::FilterOp::kIn;
    filter.path = {entity::PathStep{&entity, entity.index_of(field), {}}};
    filter.values = std::move(values);
    return filter;
  }

  static void by_ids(const std::vector<std::int64_t>& ids, const std::function<void(std::vector<entity::Value>)>& read) {
    for (std::size_t at = 0; at < ids.size(); at += kIdsAtOnce) {
      const auto end = std::min(ids.size(), at + kIdsAtOnce);
      read({ids.begin() + static_cast<std::ptrdiff_t>(at), ids.begin() + static_cast<std::ptrdiff_t>(end)});
    }
  }

  void read_deals(entity::Filter narrower, bool may_be_many) {
    insight::NumberRows rows;
    rows.entity = &deal_;
    rows.filter = entity::Filter::all_of({parse(deal_, filters_.deals()), std::move(narrower)});
    rows.may_be_many = may_be_many;
    rows.few = std::min(rows.few, static_cast<std::int64_t>(request_.few));
    rows.fields = insight::fields_of(deal_, {"stage", "pipeline"});
    const auto place = [&](bool is_wanted, const char* field) {
      if (!is_wanted) return std::size_t{0};
      rows.fields.push_back(deal_.index_of(field));
      return rows.fields.size();
    };
    const auto amount = place(result_.has_amounts, "amount"), reason = place(result_.has_reasons, "lost_reason");
    const auto split = request_.split == Split::kOwner ? place(true, "owner") : place(request_.split == Split::kSource, "source");
    insight::read_numbers_in_parts(context_, rows, deal_.index_of("created_at"), [&](int number, const std::int64_t* row) {
      auto& worker = workers_[static_cast<std::size_t>(number)];
      auto& deal = worker.deals.emplace_back();
      deal.id = row[0];
      deal.step = step_of(worker, or_zero(row[1]));
      deal.is_in_lost_stage = pipeline_.is_lost(or_zero(row[1]));
      deal.is_in_pipeline = row[2] == pipeline_.id;
      if (amount != 0) deal.amount = row[amount];
      if (reason != 0) deal.reason = or_zero(row[reason]);
      if (split != 0) deal.split = or_zero(row[split]);
      return true;
    });
    for (auto& worker : workers_) {
      for (const auto& deal : worker.deals) {
        deals_.push_back(deal);
        slots_.set(deal.id, static_cast<std::uint32_t>(deals_.size()));
      }
      std::vector<Deal>().swap(worker.deals);
    }
  }

  // The deals were read with the caller's rights and moves follow their deal; only where roles say more of moves themselves are the
  // caller's rights asked again.
  entity::QueryContext moves_context() const {
    const auto rights = context_.caller.entities.find(move_.id);
    const bool has_own_rules = rights != context_.caller.entities.end() && !rights->second.conditions.empty();
    return {context_.connection, context_.registry, has_own_rules ? context_.caller : *system_, context_.now};
  }

  insight::NumberRows moves(const entity::Filter& filter) const {
    insight::NumberRows rows;
    rows.entity = &move_;
    rows.filter = filter;
    rows.few = std::min(rows.few, static_cast<std::int64_t>(request_.few));
    rows.wants_ids = false;
    rows.fields = insight::fields_of(move_, {"deal", "from_stage", "to_stage", "time_in_stage"});
    return rows;
  }
  static Move move_of(const std::int64_t* row) { return {row[1], or_zero(row[2]), or_zero(row[3]), row[4]}; }

  // `most`: so many are wanted or, by their deals, kOfDeals. False: `take` had enough.
  bool read_moves(const entity::Filter& filter, std::int64_t most, const std::function<bool(const Move&)>& take) {
    auto rows = moves(filter);
    rows.may_be_many = most != kOfDeals;
    if (most != kOfDeals) rows.most = most;
    bool is_all = true;
    insight::read_numbers(moves_context(), rows, [&](const std::int64_t* row) {
      is_all = take(move_of(row));
      return is_all;
    });
    return is_all;
  }

  void prepare_stays() { stays_.assign(deals_.size() * pipeline_.steps.size(), 0); }

  int step_of(Worker& worker, std::int64_t stage) const {
    if (stage != worker.last_stage) {
      const auto found = pipeline_.step_of.find(stage);
      worker.last_stage = stage;
      worker.last_step = found == pipeline_.step_of.end() ? -1 : found->second;
    }
    return worker.last_step;
  }

  // Moves come in the order of time, their deals lie all over the memory: it is asked for ahead, some hundreds of moves at once.
  void add_move(Worker& worker, const Move& move) {
    slots_.prefetch(move.deal);
    worker.pending.push_back(move);
    if (worker.pending.size() >= kMovesAtOnce) apply_pending(worker);
  }

  void apply_pending() {
    for (auto& worker : workers_) apply_pending(worker);
  }

  void apply_pending(Worker& worker) {
    const std::size_t width = pipeline_.steps.size();
    worker.places.clear();
    for (const auto& move : worker.pending) {
      const auto slot = slots_.find(move.deal);
      worker.places.push_back(slot);
      if (slot == Slots::kNone) continue;
      __builtin_prefetch(&deals_[slot - 1].reached, 1);
      if (width != 0) __builtin_prefetch(&stays_[(slot - 1) * width], 1);
    }
    for (std::size_t i = 0; i < worker.pending.size(); ++i) apply(worker, worker.pending[i], worker.places[i]);
    worker.pending.clear();
  }

  void apply(Worker& worker, const Move& move, std::uint32_t slot) {
    if (slot == Slots::kNone) return;
    Deal& deal = deals_[slot - 1];
    std::uint64_t reached = kMoved;
    const int to = step_of(worker, move.to), from = step_of(worker, move.from);
    if (to >= 0)
      reached |= std::uint64_t{1} << to;
    else if (pipeline_.is_lost(move.to)) {
      reached |= kLost;
      if (from >= 0) add_bits(deal.lost_from, std::uint64_t{1} << from);
    }
    add_bits(deal.reached, reached);
    if (from < 0 || move.micros == insight::kNoNumber) return;
    add_bits(deal.left, std::uint64_t{1} << from);
    const auto seconds = std::max<std::int64_t>(0, move.micros / kMicrosInSecond);
    add_seconds(stays_[(slot - 1) * pipeline_.steps.size() + static_cast<std::size_t>(from)], seconds);
  }

  void begin(Sums& sums) const { sums.steps.resize(pipeline_.steps.size()); }

  static void add(Cell& cell, const Deal& deal) {
    ++cell.count;
    if (deal.amount != insight::kNoNumber) cell.amount += deal.amount;
  }

  bool is_lost(const Deal& deal) const {
    const bool was_won =
        !pipeline_.steps.empty() && pipeline_.steps.back().is_won && highest(deal.reached) + 1 == std::ssize(pipeline_.steps);
    if (was_won) return false;
    return request_.mode == Mode::kCohort ? deal.is_in_lost_stage : (deal.reached & kLost) != 0;
  }

  void add(Sums& sums, std::size_t index) {
    const Deal& deal = deals_[index];
    add(sums.deals, deal);
    if (deal.amount == insight::kNoNumber) ++sums.without_amount;
    if (!deal.is_in_pipeline) add(sums.moved_away, deal);
    const int furthest = highest(deal.reached), now = deal.step;
    for (int i = 0; i <= furthest; ++i) {
      auto& step = sums.steps[static_cast<std::size_t>(i)];
      add(step.entered, deal);
      if ((deal.reached >> i & 1) == 0) add(step.passed_by, deal);
    }
    if (now >= 0) add(sums.steps[static_cast<std::size_t>(now)].here, deal);
    if (is_lost(deal)) {
      add(sums.lost, deal);
      if (const int from = highest(deal.lost_from); from >= 0) {
        auto& step = sums.steps[static_cast<std::size_t>(from)];
        add(step.lost, deal);
        add(step.reasons[deal.reason], deal);
      } else {
        add(sums.lost_elsewhere, deal);
      }
    }
    for (auto left = deal.left; left != 0; left &= left - 1) {
      const auto step = static_cast<std::size_t>(std::countr_zero(left));
      if (static_cast<int>(step) != now) sums.steps[step].stays.push_back(stays_[index * pipeline_.steps.size() + step]);
    }
  }

  static std::uint32_t at_rank(std::vector<std::uint32_t>& stays, std::size_t rank) {
    const auto at = stays.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::nth_element(stays.begin(), at, stays.end());
    return *at;
  }

  static void finish(Sums& sums) {
    for (auto& step : sums.steps) {
      step.left = std::ssize(step.stays);
      if (step.left == 0) continue;
      step.median_s = at_rank(step.stays, (step.stays.size() + 1) / 2);
      step.p80_s = at_rank(step.stays, (step.stays.size() * 4 + 4) / 5);
      std::vector<std::uint32_t>().swap(step.stays);
    }
  }

  const entity::QueryContext& context_;
  const Request& request_;
  const Pipeline& pipeline_;
  const Filters filters_;
  const entity::EntityDef& deal_;
  const entity::EntityDef& move_;
  Result result_;
  std::vector<Deal> deals_;
  Slots slots_;                       // of deals_, one more than the place
  std::vector<std::uint32_t> stays_;  // seconds, deal by step
  const entity::CallerPtr system_ = entity::Caller::system();
  std::vector<Worker> workers_;
};

}  // namespace

Result reckon(const entity::QueryContext& context, const Request& request, const Pipeline& pipeline, const Period& period) {
  return Reckoner(context, request, pipeline, period).run();
}

}  // namespace funnel
