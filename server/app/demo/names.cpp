#include "server/app/demo/names.hpp"

#include <cmath>

namespace app {

namespace {

using Words = std::vector<std::string>;

const Words kLast = {
    "Иванов",     "Смирнов",   "Кузнецов",    "Попов",    "Васильев", "Петров",  "Соколов", "Михайлов",  "Новиков",  "Фёдоров",  "Морозов",
    "Волков",     "Алексеев",  "Лебедев",     "Семёнов",  "Егоров",   "Павлов",  "Козлов",  "Степанов",  "Николаев", "Орлов",    "Андреев",
    "Макаров",    "Никитин",   "Захаров",     "Зайцев",   "Соловьёв", "Борисов", "Яковлев", "Григорьев", "Романов",  "Воробьёв", "Сергеев",
    "Кузьмин",    "Фролов",    "Александров", "Дмитриев", "Королёв",  "Гусев",   "Киселёв", "Ильин",     "Максимов", "Поляков",  "Сорокин",
    "Виноградов", "Ковалёв",   "Белов",       "Медведев", "Антонов",  "Тарасов", "Жуков",   "Баранов",   "Филиппов", "Комаров",  "Давыдов",
    "Беляев",     "Герасимов", "Богданов",    "Осипов",   "Сидоров",  "Матвеев", "Титов",   "Марков",    "Миронов",  "Крылов",   "Куликов",
    "Карпов",     "Власов",    "Мельников",   "Денисов",  "Гаврилов", "Тихонов", "Казаков", "Афанасьев", "Данилов"};
const Words kMaleFirst = {"Александр", "Дмитрий", "Максим", "Сергей", "Андрей", "Алексей",  "Артём", "Илья", "Кирилл",  "Михаил",
                          "Никита",    "Матвей",  "Роман",  "Егор",   "Иван",   "Владимир", "Павел", "Пётр", "Николай", "Олег"};
const Words kFemaleFirst = {"Анна", "Мария",     "Елена", "Ольга", "Наталья", "Екатерина", "Татьяна", "Ирина",  "Светлана",
                            "Юлия", "Анастасия", "Дарья", "Алёна", "Полина",  "Ксения",    "Вера",    "Галина", "Людмила"};
const Words kMiddleStem = {"Александров", "Дмитриев", "Сергеев",  "Андреев", "Алексеев", "Михайлов", "Иванов", "Владимиров",
                           "Павлов",      "Петров",   "Николаев", "Олегов",  "Викторов", "Юрьев",    "Борисов"};
const Words kForms = {"ООО", "ООО", "ООО", "ООО", "ООО", "АО", "ИП", "ТД", "ПАО"};
const Words kFirstPart = {"Север", "Юг",     "Волга", "Урал",   "Сибирь", "Пром",    "Строй",    "Тех",    "Агро",  "Торг",
                          "Мет",   "Энерго", "Транс", "Гранд",  "Альфа",  "Вектор",  "Прогресс", "Восток", "Запад", "Центр",
                          "Рус",   "Мега",   "Евро",  "Инвест", "Проф",   "Комфорт", "Свет",     "Дом",    "Лес",   "Хлеб"};
const Words kSecondPart = {"Снаб", "Маш",    "Сервис", "Групп",   "Монтаж",   "Ресурс",  "Логистик", "Комплект", "Продукт", "Трейд",
                           "Опт",  "Мебель", "Металл", "Системы", "Материал", "Электро", "Пласт",    "Текстиль", "Пак",     "Хим"};
const Words kSuffix = {"", "", "", "", " плюс", "-Юг", "-Центр", " и К", "-М", " 21", "-Сервис"};
const Words kProducts = {"поставка металлопроката",
                         "партия крепежа",
                         "упаковочные материалы",
                         "складские стеллажи",
                         "кабельная продукция",
                         "спецодежда",
                         "насосное оборудование",
                         "лакокрасочные материалы",
                         "электроинструмент",
                         "мебель для офиса",
                         "сантехника оптом",
                         "пиломатериалы",
                         "подшипники",
                         "бытовая химия",
                         "канцелярия на год",
                         "освещение склада",
                         "запчасти для техники",
                         "сухие смеси"};
const Words kTasks = {"Подготовить предложение", "Отправить договор", "Согласовать скидку",  "Уточнить сроки поставки",
                      "Выставить счёт",          "Проверить оплату",  "Подготовить образцы", "Прислать каталог",
                      "Собрать требования",      "Обновить реквизиты"};
const Words kCalls = {"Уточнить потребность", "Обсудить предложение",       "Напомнить об оплате", "Познакомиться с новым закупщиком",
                      "Узнать решение",       "Поздравить с днём рождения", "Согласовать встречу", "Разобрать рекламацию"};
const Words kNotes = {"Просят отсрочку 30 дней, решает директор.",
                      "Перешли на электронный документооборот.",
                      "Закупки раз в квартал, следующий бюджет в начале месяца.",
                      "Сравнивают нас с двумя поставщиками, важна скорость отгрузки.",
                      "Склад переехал, новый адрес в карточке.",
                      "Довольны последней поставкой, готовы дать отзыв.",
                      "Контактное лицо в отпуске до понедельника.",
                      "Нужен сертификат на каждую партию."};

struct City {
  const char* name;
  int weight;
  const char* code;
};
constexpr City kCities[] = {{"Москва", 240, "495"},
                            {"Санкт-Петербург", 130, "812"},
                            {"Екатеринбург", 60, "343"},
                            {"Новосибирск", 55, "383"},
                            {"Казань", 52, "843"},
                            {"Нижний Новгород", 45, "831"},
                            {"Челябинск", 38, "351"},
                            {"Самара", 38, "846"},
                            {"Ростов-на-Дону", 38, "863"},
                            {"Уфа", 34, "347"},
                            {"Красноярск", 34, "391"},
                            {"Пермь", 30, "342"},
                            {"Воронеж", 30, "473"},
                            {"Волгоград", 26, "844"},
                            {"Краснодар", 32, "861"},
                            {"Саратов", 22, "845"},
                            {"Тюмень", 22, "345"},
                            {"Ижевск", 18, "341"},
                            {"Барнаул", 16, "385"},
                            {"Иркутск", 16, "395"},
                            {"Хабаровск", 14, "421"},
                            {"Владивосток", 14, "423"},
                            {"Орёл", 8, "486"},
                            {"Королёв", 6, "495"},
                            {"Щёлково", 4, "496"}};

}  // namespace

std::int64_t Dice::uneven(std::int64_t count) {
  // Inverse of the integral of 1/x over [1, count+1].
  const double value = std::exp(unit() * std::log(static_cast<double>(count) + 1.0)) - 1.0;
  const auto index = static_cast<std::int64_t>(value);
  return index < count ? index : count - 1;
}

Person make_person(Dice& dice) {
  Person person;
  person.is_female = dice.chance(48);
  person.last = dice.pick(kLast) + (person.is_female ? "а" : "");
  person.first = dice.pick(person.is_female ? kFemaleFirst : kMaleFirst);
  person.middle = dice.pick(kMiddleStem) + (person.is_female ? "на" : "ич");
  return person;
}

std::string make_company_name(Dice& dice) {
  const std::string& form = dice.pick(kForms);
  if (form == "ИП") return form + " " + make_person(dice).full();
  return form + " «" + dice.pick(kFirstPart) + dice.pick(kSecondPart) + dice.pick(kSuffix) + "»";
}

std::string make_inn(Dice& dice) {
  static constexpr int kWeights[] = {2, 4, 10, 3, 5, 9, 4, 6, 8};
  std::string inn = dice.chance(50) ? "77" : std::to_string(dice.between(10, 79));
  int sum = 0;
  while (inn.size() < 9) inn += static_cast<char>('0' + dice.below(10));
  for (std::size_t i = 0; i < 9; ++i) sum += (inn[i] - '0') * kWeights[i];
  return inn + static_cast<char>('0' + sum % 11 % 10);
}

std::string make_city(Dice& dice) {
  static const int total = [] {
    int sum = 0;
    for (const auto& city : kCities) sum += city.weight;
    return sum;
  }();
  std::int64_t at = dice.below(total);
  for (const auto& city : kCities) {
    if (at < city.weight) return city.name;
    at -= city.weight;
  }
  return kCities[0].name;
}

std::string make_phone(Dice& dice, bool mobile) {
  std::string digits = mobile ? "9" + std::to_string(dice.between(10, 69)) : std::string(kCities[dice.below(std::size(kCities))].code);
  while (digits.size() < 10) digits += static_cast<char>('0' + dice.below(10));
  return "+7 " + digits.substr(0, 3) + " " + digits.substr(3, 3) + "-" + digits.substr(6, 2) + "-" + digits.substr(8, 2);
}

std::string make_email(Dice& dice, std::int64_t number) {
  static const Words kBoxes = {"info", "zakaz", "sales", "office", "mail", "zakupki", "buh"};
  static const Words kDomains = {"example.ru", "example.com", "example.org"};
  return dice.pick(kBoxes) + std::to_string(number) + "@" + dice.pick(kDomains);
}

std::string make_deal_name(Dice& dice) {
  std::string name = dice.pick(kProducts);
  // First letter of a Cyrillic word: two bytes, capitals lie 0x20 below (а–п) or in the next row (р–я).
  const auto second = static_cast<unsigned char>(name[1]);
  if (static_cast<unsigned char>(name[0]) == 0xD0)
    name[1] = static_cast<char>(second - 0x20);
  else
    name.replace(0, 2, std::string{'\xD0', static_cast<char>(second + 0x20)});
  return name;
}

std::string make_task_name(Dice& dice) { return dice.pick(kTasks); }
std::string make_call_name(Dice& dice) { return dice.pick(kCalls); }
std::string make_note(Dice& dice) { return dice.pick(kNotes); }

}  // namespace app
