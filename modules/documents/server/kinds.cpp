#include "modules/documents/server/kinds.hpp"

#include <algorithm>
#include <utility>

namespace documents {

namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 18> kMakes{{{"quote", "quote"},
                                       {"quote", "sales_order"},
                                       {"quote", "invoice"},
                                       {"quote", "contract"},
                                       {"sales_order", "invoice"},
                                       {"sales_order", "contract"},
                                       {"sales_order", "act"},
                                       {"sales_order", "waybill"},
                                       {"contract", "sales_order"},
                                       {"contract", "invoice"},
                                       {"contract", "act"},
                                       {"contract", "waybill"},
                                       {"invoice", "act"},
                                       {"invoice", "waybill"},
                                       {"invoice", "tax_invoice"},
                                       {"act", "tax_invoice"},
                                       {"waybill", "tax_invoice"},
                                       {"tax_invoice", "tax_invoice"}}};

constexpr std::array<Pair, 11> kMoves{{{"draft", "posted"},
                                       {"posted", "cancelled"},
                                       {"draft", "approval"},
                                       {"draft", "sent"},
                                       {"approval", "draft"},
                                       {"approval", "sent"},
                                       {"sent", "accepted"},
                                       {"sent", "rejected"},
                                       {"sent", "cancelled"},
                                       {"accepted", "cancelled"},
                                       {"rejected", "sent"}}};

}  // namespace

bool is_document(std::string_view entity) { return std::find(kKinds.begin(), kKinds.end(), entity) != kKinds.end(); }

bool makes(std::string_view from, std::string_view to) { return std::find(kMakes.begin(), kMakes.end(), Pair{from, to}) != kMakes.end(); }

bool is_draft(std::string_view state) { return state == "draft" || state.empty(); }

bool is_posted(std::string_view state) { return state == "posted" || state == "sent" || state == "accepted" || state == "rejected"; }

bool may_follow(std::string_view before, std::string_view after) {
  if (before.empty()) before = "draft";
  return before == after || std::find(kMoves.begin(), kMoves.end(), Pair{before, after}) != kMoves.end();
}

}  // namespace documents
