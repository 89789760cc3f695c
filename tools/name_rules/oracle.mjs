// Writes sums with the answers of number-to-words-ru, for numbers_test.cpp to compare with.
//
// usage: node oracle.mjs MODULES_FOLDER OUTPUT
//
// A line: currency, amount with a point, the sum in words, separated by tabs. Edges first, then numbers of every length. The same for
// every build of one version of the package.
import { createRequire } from 'node:module';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const kRandom = 12000;
const [modules, output] = process.argv.slice(2);
const { convert } = createRequire(join(resolve(modules), 'x.js'))('number-to-words-ru');

// The package knows the grammar of a currency from its forms: nominative singular, genitive singular, genitive plural.
function currency(gender, whole, hundredth, hundredthGender = 0) {
  const declensions = ([one, few, many]) => ({
    nominative: [one, many], genitive: [few, many], dative: [one, one], accusative: [one, one], instrumental: [one, one], prepositional: [one, one],
  });
  return {
    currencyNameDeclensions: declensions(whole), fractionalPartNameDeclensions: declensions(hundredth),
    currencyNounGender: { integer: gender, fractionalPart: hundredthGender }, fractionalPartMinLength: 2,
  };
}
const kCurrencies = {
  RUB: 'rub',
  USD: currency(0, ['доллар США', 'доллара США', 'долларов США'], ['цент', 'цента', 'центов']),
  EUR: currency(0, ['евро', 'евро', 'евро'], ['цент', 'цента', 'центов']),
  CNY: currency(0, ['юань', 'юаня', 'юаней'], ['фэнь', 'фэня', 'фэней']),
  KZT: currency(0, ['тенге', 'тенге', 'тенге'], ['тиын', 'тиына', 'тиынов']),
  UAH: currency(1, ['гривна', 'гривны', 'гривен'], ['копейка', 'копейки', 'копеек'], 1),
};

let state = 20261122;
function random(below) {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return (state >> 8) % below;
}
function amount() {
  let whole = '';
  const length = 1 + random(15);
  for (let i = 0; i < length; i++) whole += random(4) === 0 ? '0' : String(random(10));
  return `${BigInt(whole)}.${String(random(100)).padStart(2, '0')}`;
}

const edges = ['0.00', '0.01', '0.99', '1000000000000.00', '999999999999999.99'];
for (let n = 1; n < 130; n++) edges.push(`${n}.${String(n % 100).padStart(2, '0')}`, `${n}000.00`, `${n}000000.21`, `${n}000000001.11`);
const lines = [];
function add(code, value) {
  lines.push([code, value, convert(value, { currency: kCurrencies[code] })].join('\t'));
}
for (const code of Object.keys(kCurrencies)) for (const value of edges) add(code, value);
const codes = Object.keys(kCurrencies);
for (let i = 0; i < kRandom; i++) add(codes[random(codes.length)], amount());
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, lines.join('\n') + '\n');
