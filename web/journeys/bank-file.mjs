/** What a client bank gives out of today's payments to `account`, with a head that lies about its encoding. */
export function bankFile(payments, account = "40702810200000000001") {
  const day = new Date().toLocaleDateString("ru-RU", { day: "2-digit", month: "2-digit", year: "numeric" });
  return ["1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows", `ДатаНачала=${day}`, `ДатаКонца=${day}`, `РасчСчет=${account}`,
    "СекцияРасчСчет", `ДатаНачала=${day}`, `ДатаКонца=${day}`, "НачальныйОстаток=1000.00", `РасчСчет=${account}`, "КонецРасчСчет",
    ...payments.flatMap(({ sum, inn, purpose }, at) => ["СекцияДокумент=Платежное поручение", `Номер=${at + 1}`, `Дата=${day}`, `Сумма=${sum}`, `ПолучательСчет=${account}`,
      `ПлательщикСчет=40702810900000000${inn.slice(0, 3)}`, `Плательщик=Плательщик ${inn}`, `ПлательщикИНН=${inn}`, `НазначениеПлатежа=${purpose}`, "КонецДокумента"]),
    "КонецФайла", ""].join("\r\n");
}
