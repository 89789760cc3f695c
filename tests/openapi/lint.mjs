// Lints an OpenAPI file with the rules "recommended" of Redocly: node lint.mjs FILE prints {"problems": ["severity rule: message at place"]}.
import { createConfig, lint } from '@redocly/openapi-core';

const config = await createConfig({
  extends: ['recommended'],
  rules: {
    // One program serves its own address, and nobody publishes a licence for it.
    'info-license': 'off',
    // Actions stand after a colon: /deals/{id} and /deals/{id}:restore are told apart by it.
    'no-ambiguous-paths': 'off',
    // 4XX covers them all.
    'operation-4xx-response': 'off',
  },
});
const found = await lint({ ref: process.argv[2], config });
const place = (problem) => (problem.location[0] ? problem.location[0].pointer : '');
console.log(JSON.stringify({ problems: found.filter((problem) => !problem.ignored).map((problem) => `${problem.severity} ${problem.ruleId}: ${problem.message} at ${place(problem)}`) }));
