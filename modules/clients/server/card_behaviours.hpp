// What a save of the client base keeps true beside the record itself.
#pragma once

#include <string>

#include "server/entity/module_host.hpp"

namespace clients {

// A contact that names its main company is one of that company's contacts.
class ContactBehaviour final : public entity::Behaviour {
 public:
  void before_write(entity::SaveContext& save) override;
};

// One main contact in a company; a contact who leaves a company no longer names it as his main one.
class CompanyContactBehaviour final : public entity::Behaviour {
 public:
  void before_write(entity::SaveContext& save) override;
  void before_delete(entity::SaveContext& save) override;
};

// The key of the account fits the bank (else the mark "account_key"), currencies are three capitals, one main account in a company.
class BankAccountBehaviour final : public entity::Behaviour {
 public:
  void prepare(entity::SaveContext& save) override;
  void check(entity::SaveContext& save) override;
  void before_write(entity::SaveContext& save) override;
};

// Relations are kept in pairs, so that each side reads what the other is to it: `mirror` is the id of the other one.
class MirrorBehaviour final : public entity::Behaviour {
 public:
  // `side` is the link that the card shows the relation under, "company" or "contact".
  explicit MirrorBehaviour(std::string side) : side_(std::move(side)) {}
  void check(entity::SaveContext& save) override;
  void before_write(entity::SaveContext& save) override;
  void before_delete(entity::SaveContext& save) override;
  void before_restore(entity::SaveContext& save) override;

 private:
  void make_mirror(entity::SaveContext& save);
  void let_mirror_go(entity::SaveContext& save);
  std::string side_;
};

// What the other one is to me when I am `kind` to him; most kinds are their own reverse.
std::string_view reverse_kind(std::string_view kind);

}  // namespace clients
