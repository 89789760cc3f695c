// Converts the numbering plans of google-libphonenumber into the resource that server/base/text/phone.cpp reads.
//
// usage: node convert.mjs MODULES_FOLDER OUTPUT
//
// OUTPUT is text. The first line is a JSON object: country calling code → regions, the main one first. Each further line
// is a key, a space and a JSON object: the plan of one region ("RU") or of a calling code without a region ("800").
import { createRequire } from 'node:module';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const [modules, output] = process.argv.slice(2);
const { metadata, PhoneNumberUtil } = createRequire(join(resolve(modules), 'x.js'))('google-libphonenumber');
const util = PhoneNumberUtil.getInstance();

const optional = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== null && value !== '' && value !== false && !(Array.isArray(value) && value.length === 0)));

// A kind of number: pattern of the national number, lengths (none: those of the general kind), lengths valid only locally.
function kind(description) {
  if (!description) return undefined;
  const lengths = description.possibleLengthArray();
  if (lengths.length === 1 && lengths[0] === -1) return undefined; // the region has no such numbers
  const pattern = description.getNationalNumberPattern();
  if (!pattern) return undefined;
  return optional({ pattern, lengths, local: description.possibleLengthLocalOnlyArray() });
}

function format(rule) {
  return optional({
    pattern: rule.getPattern(),
    format: rule.getFormat(),
    leading: rule.leadingDigitsPatternArray().at(-1), // the last is the most precise one
    national: rule.getNationalPrefixFormattingRule(),
  });
}

function plan(data) {
  return optional({
    code: data.getCountryCode(),
    idd: data.getInternationalPrefix(),
    prefix: data.getNationalPrefixForParsing(),
    transform: data.getNationalPrefixTransformRule(),
    leading: data.getLeadingDigits(),
    general: kind(data.getGeneralDesc()),
    // In the order in which a number is tried.
    kinds: optional({
      premium_rate: kind(data.getPremiumRate()),
      toll_free: kind(data.getTollFree()),
      shared_cost: kind(data.getSharedCost()),
      voip: kind(data.getVoip()),
      personal: kind(data.getPersonalNumber()),
      pager: kind(data.getPager()),
      uan: kind(data.getUan()),
      voicemail: kind(data.getVoicemail()),
      fixed_line: kind(data.getFixedLine()),
      mobile: kind(data.getMobile()),
    }),
    formats: data.numberFormatArray().map(format),
    international: data.intlNumberFormatArray().map(format),
  });
}

const lines = [JSON.stringify(metadata.countryCodeToRegionCodeMap)];
for (const region of Object.keys(metadata.countryToMetadata).sort()) {
  const data = /^\d+$/.test(region) ? util.getMetadataForNonGeographicalRegion(Number(region)) : util.getMetadataForRegion(region);
  lines.push(`${region} ${JSON.stringify(plan(data))}`);
}
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, lines.join('\n') + '\n');
