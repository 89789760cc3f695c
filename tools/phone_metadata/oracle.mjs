// Writes numbers with the answers of google-libphonenumber itself, for phone_test.cpp to compare with.
//
// usage: node oracle.mjs MODULES_FOLDER OUTPUT
//
// A line: region, what is dialled, E.164 or "error", valid (0, 1), region of the number, national form, international form, kind
// (number of PhoneNumberType), separated by tabs. The numbers are examples of all regions, typed in several ways in any
// region, half of them with a digit changed, dropped or added. The same for every build of one version of the package.
import { createRequire } from 'node:module';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const kWanted = 12000;
const [modules, output] = process.argv.slice(2);
const { metadata, PhoneNumberUtil, PhoneNumberFormat } = createRequire(join(resolve(modules), 'x.js'))('google-libphonenumber');
const util = PhoneNumberUtil.getInstance();

let state = 12345;
function random(below) {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return (state >> 8) % below;
}

function typed(example) {
  const e164 = util.format(example, PhoneNumberFormat.E164);
  switch (random(5)) {
    case 0: return e164;
    case 1: return e164.slice(1);
    case 2: return util.getNationalSignificantNumber(example);
    case 3: return util.format(example, PhoneNumberFormat.NATIONAL).replace(/\D/g, '');
    default: return '810' + e164.slice(1);
  }
}

function spoiled(digits) {
  const list = [...digits];
  const at = 1 + random(list.length - 1);
  switch (random(6)) {
    case 0: list[at] = String(random(10)); break;
    case 1: list.splice(at, 1); break;
    case 2: list.splice(at, 0, String(random(10))); break;
    default: break;
  }
  return list.join('');
}

function answer(digits, region) {
  try {
    const number = util.parse(digits, region);
    const e164 = util.format(number, PhoneNumberFormat.E164);
    if (!util.isValidNumber(number)) return [e164, 0, '', '', '', ''];
    return [e164, 1, util.getRegionCodeForNumber(number), util.format(number, PhoneNumberFormat.NATIONAL),
      util.format(number, PhoneNumberFormat.INTERNATIONAL), util.getNumberType(number)];
  } catch {
    return ['error', 0, '', '', '', ''];
  }
}

const regions = Object.keys(metadata.countryToMetadata).filter((region) => !/^\d/.test(region));
const lines = [];
while (lines.length < kWanted) {
  const region = random(3) === 0 ? 'RU' : regions[random(regions.length)];
  const example = util.getExampleNumberForType(regions[random(regions.length)], random(11));
  if (!example) continue;
  const digits = spoiled(typed(example));
  lines.push([region, digits, ...answer(digits, region)].join('\t'));
}
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, lines.join('\n') + '\n');
