// SPDX-License-Identifier: Apache-2.0
// The documented HTTP, with the real thread behind it and with one that is played.
import assert from "node:assert/strict";
import test, { after, before } from "node:test";

import { BYTES_MAX } from "../picture.js";
import { Queue, WAITING_MAX } from "../queue.js";
import { face } from "../server.js";
import { jpegOf } from "./pictures.js";

const token = "a token of this test";
const played = { result: { same: true, distance: 0.25 }, compare: async () => played.result };
let queue, real, fake;

const listen = (server) => new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
const urlOf = (server) => `http://127.0.0.1:${server.address().port}`;

before(async () => {
    queue = await Queue.open();
    real = await listen(face({ token, queue }));
    fake = await listen(face({ token, queue: played }));
});
after(async () => {
    for (const server of [real, fake]) {
        server.closeAllConnections?.();
        server.close();
    }
    await queue.close();
});

function post(server, body, headers = {}) {
    return fetch(urlOf(server) + "/compare", {
        method: "POST",
        headers: { Authorization: "Bearer " + token, "Content-Type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
    });
}
const encode = (bytes) => bytes.toString("base64url");
const pair = (reference, probe) => ({ reference: encode(reference), probe: encode(probe) });

test("two pictures are compared while the service answers others", async () => {
    const comparison = post(real, pair(jpegOf("anna"), jpegOf("anna", { grow: 20 })));
    assert.equal((await fetch(urlOf(real) + "/healthz")).status, 200);
    const answer = await comparison;
    assert.equal(answer.status, 200);
    const { same, distance } = await answer.json();
    assert.equal(same, true);
    assert.ok(distance < 0.5);
    assert.equal((await (await post(real, pair(jpegOf("anna"), jpegOf("clara")))).json()).same, false);
});

test("a picture without a face is named", async () => {
    const answer = await post(real, pair(jpegOf("anna"), Buffer.from("no picture at all, but long enough")));
    assert.equal(answer.status, 422);
    assert.deepEqual(await answer.json(), { error: "not-a-picture", picture: "probe" });
});

test("more than may wait are told to come back", async () => {
    const body = pair(jpegOf("anna"), jpegOf("berta"));
    const answers = await Promise.all(Array.from({ length: WAITING_MAX + 2 }, () => post(real, body)));
    const statuses = answers.map((answer) => answer.status).sort();
    assert.deepEqual(statuses, [...Array(WAITING_MAX).fill(200), 503, 503]);
    assert.equal(answers.find((answer) => answer.status === 503).headers.get("retry-after"), "1");
});

const one = encode(Buffer.from("x"));
const refusals = [
    ["no token", 401, "bad-token", pair(Buffer.from("x"), Buffer.from("y")), { Authorization: "" }],
    ["another token", 401, "bad-token", pair(Buffer.from("x"), Buffer.from("y")), { Authorization: "Bearer x" }],
    ["another type", 415, "not-json", "{}", { "Content-Type": "image/jpeg" }],
    ["no JSON", 400, "bad-json", "{"],
    ["one picture", 400, "bad-field", { probe: one }],
    ["a third picture", 400, "bad-field", { probe: one, reference: one, other: one }],
    ["no object", 400, "bad-field", [one, one]],
    ["base64 with padding", 400, "bad-field", { probe: one, reference: "eA==" }],
    ["an empty picture", 400, "bad-field", { probe: "", reference: one }],
    ["a picture that is too large", 413, "too-large", pair(Buffer.from("x"), Buffer.alloc(BYTES_MAX + 3))],
    ["a body that is too large", 413, "too-large", pair(Buffer.alloc(2 * BYTES_MAX), Buffer.alloc(2 * BYTES_MAX))],
];
for (const [name, status, error, body, headers] of refusals)
    test(`refused: ${name}`, async () => {
        const answer = await post(fake, body, headers);
        assert.equal(answer.status, status);
        assert.equal((await answer.json()).error, error);
    });

test("what goes wrong inside is told as such", async () => {
    played.result = { error: "internal" };
    assert.equal((await post(fake, pair(Buffer.from("x"), Buffer.from("y")))).status, 500);
});

test("pictures of the greatest size are passed on", async () => {
    played.result = { same: false, distance: 0.9 };
    const answer = await post(fake, pair(Buffer.alloc(BYTES_MAX), Buffer.alloc(BYTES_MAX)));
    assert.deepEqual([answer.status, await answer.json()], [200, { same: false, distance: 0.9 }]);
});
