// Converts the rules of Russian names of the package lvovich (data of the petrovich project) into the resource that
// server/print/words/name_rules.cpp reads.
//
// usage: node convert.mjs MODULES_FOLDER OUTPUT
import { createRequire } from 'node:module';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const [modules, output] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), 'x.js'));
const rules = (name) => require(`lvovich/lib/rules/${name}`).default;

const sexes = rules('genderRules');
const result = {
  cases: {
    last: rules('inclineRulesLastname'),
    first: rules('inclineRulesFirstname'),
    middle: rules('inclineRulesMiddlename'),
  },
  sexes: { last: sexes.lastname, first: sexes.firstname, middle: sexes.middlename },
};
for (const [part, { exceptions = [], suffixes = [] }] of Object.entries(result.cases)) {
  for (const rule of [...exceptions, ...suffixes]) {
    if (!['male', 'female', 'androgynous'].includes(rule.gender) || rule.mods.length !== 5) throw new Error(`${part}: a rule of another shape`);
  }
}
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, JSON.stringify(result));
