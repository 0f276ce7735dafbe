// SPDX-License-Identifier: Apache-2.0
// Lints an OpenAPI document: node lint.mjs FILE. Prints each problem with its place, and the counts.
import { createConfig, lint } from '@redocly/openapi-core';
import { readFileSync } from 'node:fs';

const file = process.argv[2];
const config = await createConfig({
    extends: ['recommended-strict'],
    rules: {
        'no-server-example.com': 'off',
        'no-unused-components': 'error',
        'no-ambiguous-paths': 'error',
        'no-invalid-media-type-examples': 'error',
        'operation-operationId': 'error',
        'operation-operationId-url-safe': 'error',
        'operation-4xx-response': 'error',
        'operation-parameters-unique': 'error',
        'path-declaration-must-exist': 'error',
        'path-not-include-query': 'error',
        'paths-kebab-case': 'error',
        'parameter-description': 'off',
        'tag-description': 'error',
        'request-mime-type': { severity: 'error', allowedValues: ['application/json'] },
    },
});
const problems = await lint({ ref: file, config });
for (const problem of problems) {
    const at = problem.location[0];
    console.error(`${file}: ${at.pointer ?? ''}: ${problem.ruleId}: ${problem.message}`);
}
const operations = readFileSync(file, 'utf8').match(/^    (get|post|put|patch|delete):$/gm).length;
console.log(`openapi, by operation: ${problems.length ? 0 : operations} passed, ${problems.length} failed`);
process.exitCode = problems.length ? 1 : 0;
