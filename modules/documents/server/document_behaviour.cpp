#include "modules/documents/server/document_behaviour.hpp"

#include <algorithm>
#include <array>

#include "modules/documents/server/head_terms.hpp"
#include "modules/documents/server/kinds.hpp"
#include "modules/documents/server/lines.hpp"
#include "modules/documents/server/numbering.hpp"
#include "modules/documents/server/remains.hpp"
#include "server/entity/lookup.hpp"
#include "server/entity/side_records.hpp"

namespace documents {

namespace {

using entity::Link;
using entity::Record;
using entity::SaveContext;

// What may change in a document that is no draft: its way, its scans, who looks after it. Derived fields are not audited.
constexpr std::array<std::string_view, 24> kKept{
    "state",         "owner",         "comment",           "tags",         "scans",         "original",
    "original_at",   "posted_at",     "posted_by",         "cancelled_at", "cancel_reason", "paid_amount",
    "payment_state", "viewed_at",     "sent_at",           "answered_at",  "is_current",    "approved_by",
    "approved_at",   "approval_note", "approved_discount", "received_at",  "number",        "contact"};

std::string_view state_before(SaveContext& save) { return save.is_new() ? std::string_view("draft") : save.before()->text("state"); }
bool is_being_posted(SaveContext& save) { return !is_posted(state_before(save)) && is_posted(save.record().text("state")); }
bool is_changeable(SaveContext& save) { return is_draft(state_before(save)); }

json::array given_lines(const Record& head) {
  const auto text = head.text("lines");
  if (text.empty()) return {};
  json::value value = base::parse_json(text);
  return value.is_array() ? value.as_array() : json::array{};
}

bool has_given_lines(const Record& head) { return !is_empty(head.get("lines")); }

bool needs_lines(SaveContext& save) {
  if (!is_changeable(save)) return false;
  constexpr std::array<std::string_view, 6> kTerms{"vat_mode", "rounding", "currency", "rate", "date", "state"};
  return save.is_new() || has_given_lines(save.record()) ||
         std::any_of(kTerms.begin(), kTerms.end(), [&](auto field) { return save.changed(field); });
}

void read_lines(SaveContext& save, DocumentLines& lines) {
  if (has_given_lines(save.record()))
    lines.take(given_lines(save.record()));
  else
    lines.load();
  lines.complete();
  lines.sum_up();
}

// A quantity as people read it: without the zeros of its scale.
std::string quantity_text(std::int64_t units) {
  std::string text = base::to_string(base::Decimal{units, 6});
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

// The documents that lines are taken from are locked: two conversions at once do not take the same goods.
void check_remains(SaveContext& save, const DocumentLines& lines) {
  const Record& head = save.record();
  const auto& kind = head.entity->key;
  if (kind == "tax_invoice" && head.text("kind") != "sale") return;
  const auto system = entity::Caller::system();
  const entity::QueryContext context{save.connection(), save.registry(), *system, save.now()};
  std::map<std::int64_t, std::int64_t> left;  // by line of the basis
  for (const auto& line : lines.all()) {
    const std::int64_t basis = line.record.link_id("basis_line");
    if (basis == 0) continue;
    if (!left.contains(basis)) {
      const auto source = save.load("document_line", basis);
      if (!source || source->deleted) continue;
      const auto* document = std::get_if<Link>(&source->get("document"));
      if (document != nullptr)
        entity::load_record(save.connection(), save.registry(), *save.registry().find_id(document->entity_id), document->record_id, true);
      left[basis] = remaining(context, *source, kind, Link{head.entity->id, head.id}).value_or(INT64_MAX);
    }
    const std::int64_t quantity = line.record.integer("quantity");
    if (quantity > left[basis]) {
      save.add_error({line.path + ".quantity", "more_than_remains", {{"left", quantity_text(left[basis])}}});
    } else if (left[basis] != INT64_MAX) {
      left[basis] -= quantity;
    }
  }
}

void put_difference(SaveContext& save) {
  Record& head = save.record();
  if (head.entity->key != "tax_invoice") return;
  const auto* basis = std::get_if<Link>(&head.get("basis"));
  const auto before = head.text("kind") == "correction" && basis != nullptr ? save.load("tax_invoice", basis->record_id) : std::nullopt;
  const auto put = [&](std::string_view field, std::string_view of) {
    const auto* now = std::get_if<entity::Money>(&head.get(of));
    const auto* was = before ? std::get_if<entity::Money>(&before->get(of)) : nullptr;
    if (now == nullptr || was == nullptr)
      head.set(field, entity::Value{});
    else
      head.set(field, entity::Money{now->units - was->units, now->currency, 0});
  };
  put("difference_amount", "amount");
  put("difference_vat", "vat_amount");
}

std::string date_text(const Record& head) {
  const std::chrono::year_month_day day(base::from_days(head.integer("date")));
  char text[16];
  std::snprintf(text, sizeof text, "%02u.%02u.%04d", static_cast<unsigned>(day.day()) % 100, static_cast<unsigned>(day.month()) % 100,
                static_cast<int>(day.year()) % 10000);
  return text;
}

// "СЧ-00012 · 22.11.2026 · Ромашка": a title that reads the same in every language.
void put_name(SaveContext& save) {
  Record& head = save.record();
  std::string name(head.text("number"));
  if (!name.empty()) name += " · ";
  name += date_text(head);
  if (const auto company = entity::load_row(save, "company", head.link_id("company"))) name += " · " + std::string(company->text("name"));
  head.set("name", std::move(name));
}

void post(SaveContext& save) {
  Record& head = save.record();
  head.set("posted_at", base::to_micros(save.now()));
  if (save.caller().user_id != 0) head.set("posted_by", Link{save.registry().require("user").id, save.caller().user_id});
  if (head.entity->field("sent_at") != nullptr) head.set("sent_at", base::to_micros(save.now()));
  if (!head.text("number").empty()) return;
  if (head.entity->key == "quote" && head.integer("revision", 1) > 1) {
    // A version keeps the number of the first one.
    const auto first = save.load("quote", head.link_id("family"));
    const std::string number = first && !first->text("number").empty() ? std::string(first->text("number")) : next_number(save, head);
    head.set("number", number + "/" + std::to_string(head.integer("revision")));
  } else {
    head.set("number", next_number(save, head));
  }
  head.set("number_year", year_of(head));
}

void check_posting(SaveContext& save, bool has_lines) {
  const Record& head = save.record();
  const auto& kind = head.entity->key;
  if (!has_lines && kind != "contract") save.add_error({"lines", "required", {}});
  if (kind == "waybill" && head.text("form") == "upd1" && head.text("vat_mode") == "exempt") save.add_error({"form", "upd1_needs_vat", {}});
  if (kind == "tax_invoice" && head.text("vat_mode") == "exempt") save.add_error({"vat_mode", "tax_invoice_needs_vat", {}});
}

void check_parties(SaveContext& save) {
  const Record& head = save.record();
  if (const auto account = save.load("own_account", head.link_id("own_account"));
      account && account->link_id("own_company") != head.link_id("own_company"))
    save.add_error({"own_account", "account_of_other_company", {}});
  if (const auto contract = save.load("contract", head.link_id("contract"));
      contract && contract->link_id("company") != head.link_id("company"))
    save.add_error({"contract", "contract_of_other_company", {}});
  const auto* basis = std::get_if<Link>(&head.get("basis"));
  if (basis == nullptr || !save.changed("basis")) return;
  const auto* entity = save.registry().find_id(basis->entity_id);
  if (entity == nullptr || !makes(entity->key, head.entity->key)) save.add_error({"basis", "basis_not_allowed", {}});
}

// Are there posted documents made from this one?
bool has_followers(SaveContext& save) {
  const Record& head = save.record();
  const auto system = entity::Caller::system();
  const entity::QueryContext context{save.connection(), save.registry(), *system, save.now()};
  for (const auto kind : kKinds) {
    const auto& entity = save.registry().require(kind);
    for (const auto& other : entity::find_records(context, entity, entity::where(entity, "basis", Link{head.entity->id, head.id}))) {
      if (is_posted(other.text("state")) && !(kind == "quote")) return true;
    }
  }
  return false;
}

}  // namespace

void DocumentBehaviour::prepare(SaveContext& save) {
  Record& head = save.record();
  if (is_changeable(save)) fill_terms(save, questions_);
  const bool is_posting = is_being_posted(save);
  if (needs_lines(save)) {
    DocumentLines lines(save, questions_, head);
    read_lines(save, lines);
    lines.put_totals(head);
    put_difference(save);
    check_remains(save, lines);
    if (is_posting) check_posting(save, !lines.all().empty());
  }
  if (is_posting) post(save);
  if (save.changed("state") && head.text("state") == "cancelled") head.set("cancelled_at", base::to_micros(save.now()));
  settle_money(save, head, head.text("currency"), head.integer("rate", 1'000'000));
  put_name(save);
}

void DocumentBehaviour::check(SaveContext& save) {
  const Record& head = save.record();
  if (!may_follow(state_before(save), head.text("state")))
    save.add_error({"state", "state_not_allowed", {{"from", std::string(state_before(save))}, {"to", std::string(head.text("state"))}}});
  if (is_changeable(save)) {
    check_parties(save);
    return;
  }
  for (const auto& field : head.entity->fields) {
    const bool is_free = field.system || field.custom || !field.audit || std::find(kKept.begin(), kKept.end(), field.key) != kKept.end();
    if (field.key == "lines" ? has_given_lines(head) : !is_free && save.changed(field.key))
      save.add_error({field.key, "document_is_posted", {}});
  }
  if (save.changed("state") && head.text("state") == "cancelled" && has_followers(save)) save.add_error({"state", "has_followers", {}});
}

void DocumentBehaviour::before_write(SaveContext& save) {
  Record& head = save.record();
  if (needs_lines(save)) {
    DocumentLines lines(save, questions_, head);
    read_lines(save, lines);
    lines.write(head.id);
  }
  head.set("lines", entity::Value{});
  if (head.entity->key != "quote" || !save.changed("state") || head.text("state") != "sent" || head.link_id("family") == 0) return;
  const auto& quotes = *head.entity;
  const auto system = entity::Caller::system();
  const entity::QueryContext context{save.connection(), save.registry(), *system, save.now()};
  const auto family =
      entity::Filter::any_of({entity::where(quotes, "family", head.get("family")), entity::where(quotes, "id", head.link_id("family"))});
  for (const auto& other : entity::find_records(context, quotes, family)) {
    const bool is_same_variant = other.text("variant") == head.text("variant");
    if (other.id != head.id && is_same_variant && other.integer("is_current") != 0) save.update("quote", other.id, {{"is_current", false}});
  }
}

void DocumentBehaviour::before_delete(SaveContext& save) {
  if (!is_draft(save.record().text("state"))) throw base::Error(base::ErrorCode::kFailedPrecondition, "document_not_deletable");
}

void DocumentBehaviour::before_restore(SaveContext& save) {
  DocumentLines lines(save, questions_, save.record());
  lines.load();
  check_remains(save, lines);
}

void DocumentBehaviour::check_merge(const Record&) { throw base::Error(base::ErrorCode::kFailedPrecondition, "document_not_mergeable"); }

namespace {

bool is_part_of_set(SaveContext& save) { return save.changed("calculation") || save.record().integer("calculation") < 0; }

// The document of the line, locked; it is a draft and the caller may change it.
Record open_document(SaveContext& save) {
  const auto* link = std::get_if<Link>(&save.record().get("document"));
  const auto* entity = link == nullptr ? nullptr : save.registry().find_id(link->entity_id);
  auto head = entity == nullptr ? std::nullopt : entity::load_record(save.connection(), save.registry(), *entity, link->record_id, true);
  if (!head || head->deleted) throw base::Error::field("document", "link_not_found");
  if (!is_draft(head->text("state"))) throw base::Error(base::ErrorCode::kFailedPrecondition, "document_is_posted");
  const auto& caller = save.caller();
  if (caller.is_system || caller.is_admin) return std::move(*head);
  if (!entity::may_reach({save.connection(), save.registry(), caller, save.now()}, *entity, head->id, entity::Action::kUpdate))
    throw base::Error(base::ErrorCode::kPermissionDenied, "update_not_allowed", {{"entity", entity->key}});
  return std::move(*head);
}

// The other lines and the head follow what happens to this one.
void settle_document(SaveContext& save, DocumentLines& lines, const Record& head) {
  lines.sum_up();
  lines.write(head.id);
  save.update(head.entity->key, head.id, lines.totals_patch());
}

// Another product brings its own name, unit, rate and price, but for what is given with it.
void forget_old_product(SaveContext& save) {
  if (save.is_new() || !save.changed("product")) return;
  for (const std::string_view field :
       {"name", "article", "unit", "vat_rate", "price", "cost", "is_service", "country", "discount_percent", "price_reason"}) {
    if (!save.changed(field)) save.record().set(field, entity::Value{});
  }
}

void take_over(const Line& filled, Record& line) {
  for (const std::string_view field :
       {"name", "article", "unit", "vat_rate", "price", "cost", "is_service", "country", "discount_percent", "price_reason", "quantity"})
    line.set(field, filled.record.get(field));
}

}  // namespace

void DocumentLineBehaviour::prepare(SaveContext& save) {
  Record& line = save.record();
  if (is_part_of_set(save)) {
    if (const auto* money = std::get_if<entity::Money>(&line.get("amount")))
      settle_money(save, line, std::string(money->currency), line.integer("rate", 1'000'000));
    return;
  }
  if (!save.is_new() && save.changed("document")) throw base::Error::field("document", "read_only");
  const Record head = open_document(save);
  forget_old_product(save);
  if (const std::int64_t basis = line.link_id("basis_line"); basis != 0 && save.changed("basis_line")) {
    const auto source = save.load("document_line", basis);
    line.set("root_line", source && source->link_id("root_line") != 0 ? source->get("root_line") : line.get("basis_line"));
  }
  DocumentLines lines(save, questions_, head);
  lines.load(line.id);
  if (is_empty(line.get("position"))) line.set("position", lines.all().empty() ? 1 : lines.all().back().record.integer("position") + 1);
  lines.insert(line);
  lines.complete();
  if (lines.sum_up().overflow) return;
  for (std::size_t i = 0; i < lines.all().size(); ++i) {
    const auto& each = lines.all()[i];
    if (!each.is_touched) continue;
    take_over(each, line);
    lines.put_amounts(i, line);
  }
}

void DocumentLineBehaviour::before_write(SaveContext& save) {
  if (is_part_of_set(save)) return;
  const Record head = open_document(save);
  DocumentLines lines(save, questions_, head);
  lines.load(save.record().id);
  lines.insert(save.record());
  lines.complete();
  settle_document(save, lines, head);
}

void DocumentLineBehaviour::before_delete(SaveContext& save) {
  if (save.record().integer("calculation") < 0) return;
  const Record head = open_document(save);
  DocumentLines lines(save, questions_, head);
  lines.load(save.record().id);
  lines.complete();
  settle_document(save, lines, head);
}

void DocumentLineBehaviour::check_merge(const Record&) {
  throw base::Error(base::ErrorCode::kFailedPrecondition, "document_not_mergeable");
}

void DocumentLineBehaviour::before_restore(SaveContext& save) {
  const Record head = open_document(save);
  save.record().set("calculation", std::max<std::int64_t>(save.record().integer("calculation"), 1));
  DocumentLines lines(save, questions_, head);
  lines.load(save.record().id);
  lines.insert(save.record());
  lines.complete();
  settle_document(save, lines, head);
}

}  // namespace documents
