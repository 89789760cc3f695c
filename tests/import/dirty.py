"""Files as people really send them, written here: what must come out of each cell, what is marked, and that every row is accounted for."""
import json
import os
import zipfile
from xml.sax.saxutils import escape

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def letters(index):
    name, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


class Formula(str):
    """A text cell that a formula computed."""


class Day(float):
    """A number cell with a date's format."""


def cell_xml(row, column, value):
    at = f'r="{letters(column)}{row}"'
    if value is None:
        return ""
    if isinstance(value, Formula):
        return f'<c {at} t="str"><f>A1&amp;B1</f><v>{escape(value)}</v></c>'
    if isinstance(value, Day):
        return f'<c {at} s="1"><v>{float(value)!r}</v></c>'
    if isinstance(value, (int, float)):
        return f"<c {at}><v>{value!r}</v></c>"
    return f'<c {at} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def workbook(path, sheets):
    """`sheets`: (name, rows, merged ranges, is hidden)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("_rels/.rels", f'<Relationships {RELATIONS}><Relationship Id="r" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        names = "".join(f'<sheet name="{escape(name)}" sheetId="{i + 1}" r:id="r{i + 1}"{" state=" + chr(34) + "hidden" + chr(34) if hidden else ""}/>'
                        for i, (name, _, _, hidden) in enumerate(sheets))
        out.writestr("xl/workbook.xml", f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets>{names}</sheets></workbook>')
        parts = "".join(f'<Relationship Id="r{i + 1}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i + 1}.xml"/>' for i in range(len(sheets)))
        out.writestr("xl/_rels/workbook.xml.rels", f'<Relationships {RELATIONS}>{parts}<Relationship Id="rs" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>')
        out.writestr("xl/styles.xml", f'<styleSheet {MAIN}><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>')
        for i, (_, rows, merged, _) in enumerate(sheets):
            body = "".join(f'<row r="{number}">{"".join(cell_xml(number, column, value) for column, value in enumerate(row))}</row>' for number, row in enumerate(rows, 1))
            merges = "<mergeCells>" + "".join(f'<mergeCell ref="{each}"/>' for each in merged) + "</mergeCells>" if merged else ""
            out.writestr(f"xl/worksheets/sheet{i + 1}.xml", f"<worksheet {MAIN}><sheetData>{body}</sheetData>{merges}</worksheet>")


class Importing:
    """Imports one file into an empty base and looks at the records by their names."""

    def __init__(self, base, admin, entity="company"):
        self.base, self.admin, self.entity = base, admin, entity
        self.plural = "companies" if entity == "company" else entity + "s"

    def text(self, content, encoding="utf-8", name="clients.csv"):
        path = os.path.join(self.base.folder.place, name)
        with open(path, "wb") as out:
            out.write(content.encode(encoding))
        return self.file(path)

    def file(self, path):
        known = {item["id"] for item in self.all()}
        report = os.path.join(self.base.folder.place, "report.json")
        done = self.base.folder.command("import", path, "--entity", self.entity, "--duplicates", "create", "--report", report)
        assert os.path.exists(report), done.stderr
        with open(report) as text:
            self.report = json.load(text)
        os.remove(report)
        counts = [self.report[key] for key in ("created", "updated", "skipped", "failed")]
        assert self.report["rows"] == sum(counts), self.report
        assert len(self.report["failures"]) == self.report["failed"] and len(self.report["skips"]) == self.report["skipped"], self.report
        self.records = [self.admin.must("GET", f"/{self.plural}/{item['id']}") for item in self.all() if item["id"] not in known]
        assert len(self.records) == self.report["created"], (len(self.records), self.report)
        return self

    def all(self):
        return self.admin.must("POST", f"/{self.plural}:query", {"limit": 1000, "fields": ["name"], "sort": ["id"]})["items"]

    def record(self, name):
        found = [record for record in self.records if record["name"] == name]
        assert len(found) == 1, (name, [record["name"] for record in self.records])
        return found[0]

    def skips(self):
        return [skip["reason"] for skip in self.report["skips"]]


def marks(record, field):
    return [mark["code"] for mark in record.get("marks") or [] if mark["field"] == field]


def numbers(record):
    return [phone["e164"] + (";" + phone["ext"] if phone["ext"] else "") if phone["e164"] else phone["raw"] for phone in record["phones"]]


def addresses(record):
    return [email["value"] for email in record["emails"] if email["valid"]]


def tables(base, admin):
    made = Importing(base, admin).text(
        "Выгрузка;;;;;\r\nна 12.03.2024;;;;;\r\n;;;;;\r\nКлиент;;Связь;;Прочее;\r\nНаименование;ИНН;Телефон;E-mail;Город;Дата\r\n"
        "ООО Ромашка;7707083893;8(495)1234567 доб.12;a@b.ru ;Москва;45000\r\nРегион: Центр;;;;;\r\n"
        "АО «Лист»;7.7360500030E9;+7 916 1234567 (Иван), 84957654321 #45; b @ c.ru;г.Тверь;31.12.2020\r\n;;;;;\r\nИтого по региону;;2;;;\r\nИтого;;2;;;\r\n", "cp1251")
    assert made.report["created"] == 2 and made.skips() == ["title", "blank", "total", "total"], made.report
    daisy, leaf = made.record("Ромашка"), made.record("Лист")
    assert numbers(daisy) == ["+74951234567;12"] and daisy["client_since"] == "2023-03-15" and not daisy.get("marks"), daisy
    assert leaf["inn"] == "7736050003" and leaf["city"] == "Тверь" and addresses(leaf) == ["b@c.ru"], leaf
    assert numbers(leaf) == ["+79161234567", "+74957654321;45"] and marks(leaf, "phones") == ["more_text"], leaf

    made = Importing(base, admin).text('Название\tИНН\tНомер договора\r\nООО "Ёж"\t7707083893\t12/7\r\nАО "Уж"\t7736050003\t13\r\n', "utf-16")
    assert made.record("Ёж")["inn"] == "7707083893" and made.record("Уж")["phones"] == [], made.records
    made = Importing(base, admin).text('Организация,ИНН,Телефоны,Почта\r\n"ООО ""Ель, Сосна""",\'7707083893,"8 (495) 123-45-67,\n8 495 123-45-68","a@b.ru, c@d.ru; e@f"\r\n', "utf-8-sig")
    tree = made.record("Ель, Сосна")
    assert tree["inn"] == "7707083893" and numbers(tree) == ["+74951234567", "+74951234568"] and addresses(tree) == ["a@b.ru", "c@d.ru"], tree
    assert marks(tree, "emails") == ["email"], tree
    made = Importing(base, admin).text('name|inn|phone\nA "B" C|7707083893|+7 495 123-45-67\n"D|E"|7736050003|\n')
    assert {record["name"] for record in made.records} == {'A "B" C', "D|E"}, made.records


def codes(base, admin):
    rows = [("scientific", "7.7E9", "", "", None, ["digits_lost"]), ("pair", "7707083893/770701001", "", "", "7707083893", []),
            ("old", "7707083893 (старый 7736050003)", "", "", "7707083893", ["more_text"]), ("labels", "ИНН 7707083893 КПП 770701001", "", "", "7707083893", []),
            ("float", "7707083893.0", "770701001.0", "1027700132195.0", "7707083893", []), ("naught", "0", "нет", "-", None, []), ("zero", "780201001", "", "", "0780201001", ["zero_restored"]),
            ("wrong", "7707083894", "7701001", "", "7707083894", ["check_digit"])]
    made = Importing(base, admin).text("Название;ИНН;КПП;ОГРН\n" + "".join(f"{name};{inn};{kpp};{ogrn}\n" for name, inn, kpp, ogrn, _, _ in rows))
    for name, _, _, _, inn, marked in rows:
        record = made.record(name)
        assert record["inn"] == inn and marks(record, "inn") == marked, record
    assert made.record("pair")["kpp"] == made.record("labels")["kpp"] == made.record("float")["kpp"] == "770701001", made.records
    assert made.record("float")["ogrn"] == "1027700132195" and marks(made.record("wrong"), "kpp") == ["length"], made.records


def telephones(base, admin):
    rows = [("8-916-123-45-67 (Иванов Иван, директор)", ["+79161234567"], ["more_text"]), ("+7 (495) 123 45 67 / 68 / 69", ["+74951234567", "+74951234568", "+74951234569"], []),
            ("89161234567;89161234568 89161234569", ["+79161234567", "+79161234568", "+79161234569"], []), ("(3412) 51-51-51 добавочный 5; (3412) 52-52-52", ["+73412515151;5", "+73412525252"], []),
            ("89161234567 звонить после 18:00", ["+79161234567"], ["more_text"]), ("9.16E+09", [], ["digits_lost"]), ("8 (343) 807-39-6", ["8 (343) 807-39-6"], ["phone"]),
            ("8 10 375 17 2001234", ["+375172001234"], []), ("+7(916)1234567+7(917)1234567", ["+79161234567", "+79171234567"], []), ("нет телефона", [], []), ("2222222222", ["2222222222"], ["phone"]),
            ("8 (812) 123–45–67", ["+78121234567"], []), ("123456", ["123456"], ["phone"])]
    made = Importing(base, admin).text("Название;Телефон\n" + "".join(f'Т{i};"{text}"\n' for i, (text, _, _) in enumerate(rows)))
    for i, (text, found, marked) in enumerate(rows):
        record = made.record(f"Т{i}")
        assert numbers(record) == found and marks(record, "phones") == marked, (text, record["phones"], record.get("marks"))
    made = Importing(base, admin).text("Название;Телефон;Город\nБез цифры;8343920670;Екатеринбург\nЦелый;8343920670;Саранск\n")
    lost, whole = made.record("Без цифры"), made.record("Целый")
    assert lost["phones"] == [] and lost["marks"][0]["raw"] == "8343920670" and numbers(whole) == ["+78343920670"], made.records


def mails(base, admin):
    rows = [("a@b.ru c@d.ru", ["a@b.ru", "c@d.ru"], []), ("Иван <i@b.ru>", ["i@b.ru"], ["more_text"]), ("i@b,ru", ["i@b.ru"], []), ("i@@b.ru", [], ["email"]), ("mailto:i@b.ru?subject=x", ["i@b.ru"], []),
            ("i@b.ru (бухгалтер)", ["i@b.ru"], ["more_text"]), ("i @b.ru", ["i@b.ru"], []), ("ivan petrov@b.ru", ["ivanpetrov@b.ru"], ["letters_mended"]), ("i[at]b.ru", ["i@b.ru"], []), ("-", [], []), ("www.b.ru", [], ["email"])]
    made = Importing(base, admin).text("Название;E-mail\n" + "".join(f'П{i};"{text}"\n' for i, (text, _, _) in enumerate(rows)))
    for i, (text, found, marked) in enumerate(rows):
        record = made.record(f"П{i}")
        assert addresses(record) == found and marks(record, "emails") == marked, (text, record["emails"], record.get("marks"))


def books(base, admin):
    path = os.path.join(base.folder.place, "book.xlsx")
    workbook(path, [
        ("Лист1", [["База клиентов"], [], ["Клиент", None, "Связь"], ["Наименование", "ИНН", "Телефон", "Почта", "Город", "Дата регистрации"], ["ООО Альфа", 7707083893, 84951234567, "a@b.ru", "Москва", 45000],
                   ["ЗАО Бета", 7.80201001E8, "8(495)123-45-67", "", "Тверь", Day(45001.5)], ["Гамма ООО", Formula("7736050003"), None, None, None, "31.12.2020"], ["Группа: опт"],
                   ["Дельта (АО)", "'7728168971", None, None, None, "#Н/Д"], ["Итого:", None, None, Formula("5")]], ["A1:F1", "A3:B3", "E6:E7"], False),
        ("скрытый", [["Наименование", "ИНН"], ["Тайна", "7707083893"]], [], True), ("Пустой", [], [], False),
        ("Без шапки", [["ООО Первый", "7707083893", "+7 495 123-45-67", "x@y.ru"], ["ООО Второй", "7736050003", "+7 495 123-45-68", "z@y.ru"]], [], False)])
    made = Importing(base, admin).file(path)
    assert made.report["created"] == 6 and made.skips() == ["title", "total"], made.report
    assert [made.record(name)["inn"] for name in ("Альфа", "Бета", "Гамма", "Дельта")] == ["7707083893", "0780201001", "7736050003", "7728168971"], made.records
    assert [made.record(name)["client_since"] for name in ("Альфа", "Бета", "Гамма")] == ["2023-03-15", "2023-03-16", "2020-12-31"], made.records
    assert made.record("Гамма")["city"] == "Тверь" and marks(made.record("Дельта"), "client_since") == ["bad_date"], made.records
    assert addresses(made.record("Первый")) == ["x@y.ru"] and made.record("Второй")["legal_form"] == "ООО", made.records


def persons(base, admin):
    rows = [("иванов иван", ("Иванов", "Иван", None), []), ("ИВАНОВА МАРИЯ (бухгалтер)", ("Иванова", "Мария", None), []), ("Мамедов Али Гасан оглы", ("Мамедов", "Али", "Гасан оглы"), []),
            ("Салтыков-Щедрин М.Е.", ("Салтыков-Щедрин", "М.", "Е."), []), ("John Smith", ("Smith", "John", None), []), ("Сидоров С.С., Петров П.П.", (None, None, None), ["several_persons"]),
            ("Мария 89161234567", (None, "Мария", None), ["more_text"]), ("ООО «Ромашка»", (None, None, None), ["organisation"])]
    made = Importing(base, admin, "contact").text("ФИО;Город\n" + "".join(f"{text};\n" for text, _, _ in rows))
    for record, (text, parts, marked) in zip(sorted(made.records, key=lambda each: each["id"]), rows):
        assert (record["last_name"], record["first_name"], record["middle_name"]) == parts and marks(record, "name") == marked, (text, record)
    made = Importing(base, admin).text("Компания;Контактное лицо\nООО Двое;Сидоров С.С., Петров П.П.\n")
    assert made.report["related"] == {"contacts": 2}, made.report


CARDS = """BEGIN:VCARD
VERSION:4.0
KIND:org
FN:ООО «Ромашка»
TEL;TYPE=WORK:+7 495 123-45-67
END:VCARD
BEGIN:VCARD
VERSION:3.0
N:Сидоров;Пётр;;;
FN:Пётр Иванович Сидоров
item1.TEL;VALUE=uri;TYPE="voice,cell":tel:+7-916-123-45-67;ext=5
ADR;TYPE=work:;;ул. Ленина\\, 5;Москва;;101000;Россия
URL:https://x.ru
NOTE:строка1\\nстрока2\\, е
 щё
PHOTO;ENCODING=b:AAAA
X-ICQ:123456
ANNIVERSARY:20100101
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=WINDOWS-1251;ENCODING=QUOTED-PRINTABLE:=C8=E2=E0=ED=EE=E2;=C8=E2=E0=ED
TEL;CELL;PREF:89161234567
EMAIL;INTERNET:i@b.ru
NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=D0=90=0D=0A=
=D0=91
END:VCARD
"""


def cards(base, admin):
    made = Importing(base, admin, "contact").text(CARDS.replace("\n", "\r\n"), name="cards.vcf")
    assert made.report["created"] == 3, made.report
    firm, peter, ivan = sorted(made.records, key=lambda each: each["id"])
    assert firm["name"] == "ООО «Ромашка»" and firm["last_name"] is None and marks(firm, "name") == ["organisation"], firm
    assert (peter["last_name"], peter["first_name"], peter["middle_name"]) == ("Сидоров", "Пётр", "Иванович"), peter
    assert numbers(peter) == ["+79161234567;5"] and peter["city"] == "Москва" and peter["description"] == "строка1\nстрока2, ещё", peter
    assert [each["raw"] for each in peter["messengers"]] == ["icq:123456"] and len(peter["sites"]) == 1, peter
    assert (ivan["name"], ivan["description"], addresses(ivan)) == ("Иванов Иван", "А\nБ", ["i@b.ru"]), ivan
    # What has no field is kept with the rows of the import.
    imports = admin.must("GET", "/imports?all=true")["items"]
    rows = admin.must("GET", f"/imports/{imports[0]['id']}/rows?status=created")["items"]
    assert any("ANNIVERSARY: 20100101" in cell for row in rows for cell in row["cells"]), rows


ALL = (tables, codes, telephones, mails, books, persons, cards)
