// SPDX-License-Identifier: Apache-2.0
// The documented HTTP, by a client that knows no more than docs/adapters.md.
import assert from "node:assert/strict";
import { request as rawRequest } from "node:http";
import test, { after, before, beforeEach } from "node:test";

import { BODY_MAX } from "../message.js";
import { inbox } from "../server.js";

const token = "a token of this test";
const server = inbox({ token });
let url;
let keys = 0;

before(async () => {
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${server.address().port}`;
});
beforeEach(() => fetch(url + "/messages", { method: "DELETE" }));
after(() => {
    server.closeAllConnections?.();
    server.close();
});

const sms = { to: "13800138000", text: "【Hufu】验证码 123456" };
const email = { to: "li@example.com", subject: "A subject", text: "A text" };

function post(path, body, { key = `key-${++keys}`, headers = {} } = {}) {
    return fetch(url + path, {
        method: "POST",
        headers: { Authorization: "Bearer " + token, "Content-Type": "application/json", "Idempotency-Key": key, ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
    });
}
const messages = async (query = "") => (await (await fetch(url + "/messages" + query)).json()).messages;

test("a message that is taken arrives with what it said", async () => {
    const answer = await post("/sms", { ...sms, template: "code-sign-in", values: ["123456", "5"], language: "zh-CN" });
    assert.equal(answer.status, 202);
    assert.equal((await answer.json()).repeated, false);
    const [arrived] = await messages("?to=13800138000");
    assert.equal(arrived.kind, "sms");
    assert.equal(arrived.text, sms.text);
    assert.deepEqual(arrived.values, ["123456", "5"]);
    assert.equal((await post("/email", email)).status, 202);
    assert.equal((await messages("?kind=email"))[0].subject, "A subject");
});

test("the same key again is not delivered twice", async () => {
    assert.equal((await post("/sms", sms, { key: "once" })).status, 202);
    const again = await post("/sms", sms, { key: "once" });
    assert.equal(again.status, 200);
    assert.equal((await again.json()).repeated, true);
    assert.equal((await post("/sms", { ...sms, text: "another" }, { key: "once" })).status, 409);
    const arrived = await messages();
    assert.equal(arrived.length, 1);
    assert.equal(arrived[0].repeats, 1);
});

const refusals = [
    ["no token", 401, "bad-token", sms, { headers: { Authorization: "" } }],
    ["another token", 401, "bad-token", sms, { headers: { Authorization: "Bearer other" } }],
    ["no key", 400, "no-key", sms, { key: "" }],
    ["a key that is too long", 400, "no-key", sms, { key: "k".repeat(129) }],
    ["another type", 415, "not-json", sms, { headers: { "Content-Type": "text/plain" } }],
    ["no JSON", 400, "bad-json", "{"],
    ["a body that is too large", 413, "too-large", { ...sms, text: "x".repeat(BODY_MAX) }],
    ["a number that is none", 422, "bad-recipient", { ...sms, to: "li@example.com" }],
    ["no text", 422, "bad-text", { to: sms.to }],
    ["a field that is not known", 422, "unknown-field", { ...sms, from: "me" }],
    ["values that are no texts", 422, "bad-field", { ...sms, values: [1] }],
    ["a message that is no longer valid", 422, "no-longer-valid", { ...sms, valid_until: "2020-01-01T00:00:00.000Z" }],
];
for (const [name, status, error, body, options] of refusals)
    test(`refused: ${name}`, async () => {
        const answer = await post("/sms", body, options);
        assert.equal(answer.status, status);
        assert.deepEqual(await answer.json(), { error });
        assert.deepEqual(await messages(), []);
    });

test("refused: an e-mail without subject, or to a number", async () => {
    assert.equal((await post("/email", { to: email.to, text: "t" })).status, 422);
    assert.equal((await post("/email", { ...email, to: "13800138000" })).status, 422);
});

test("another path is not found, another method not allowed", async () => {
    assert.equal((await fetch(url + "/nothing")).status, 404);
    assert.equal((await fetch(url + "/sms")).status, 405);
});

test("a wait is answered by the next message", async () => {
    const { last } = await (await fetch(url + "/messages")).json();
    const wait = messages(`?after=${last}&wait=10000`);
    await post("/sms", sms);
    assert.equal((await wait).length, 1);
    assert.equal((await fetch(url + "/messages?after=x")).status, 400);
});

function fault(value) {
    return fetch(url + "/faults", { method: "PUT", body: JSON.stringify(value) });
}

test("a fault by status takes nothing, as often as asked", async () => {
    assert.equal((await fault({ times: 2, status: 503, retry_after: 7 })).status, 200);
    const refused = await post("/sms", sms, { key: "f" });
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get("retry-after"), "7");
    assert.equal((await post("/sms", sms, { key: "f" })).status, 503);
    assert.equal((await post("/sms", sms, { key: "f" })).status, 202);
});

test("a fault by delay or by hanging up takes the message", async () => {
    await fault({ times: 1, hang_up: true });
    await assert.rejects(post("/sms", sms, { key: "h" }));
    assert.equal((await messages()).length, 1);
    assert.equal((await post("/sms", sms, { key: "h" })).status, 200);
    await fault({ times: 1, delay_ms: 50 });
    const begun = Date.now();
    assert.equal((await post("/sms", sms)).status, 202);
    assert.ok(Date.now() - begun >= 45);
});

test("a fault of another form is refused", async () => {
    for (const value of [null, {}, { times: 1 }, { times: 1, status: 200 }, { times: 1, status: 503, delay_ms: 1 },
        { times: 1001, status: 503 }, { times: 1, delay_ms: 0 }, { times: 1, hang_up: 1 }, { times: 1, colour: "red" }])
        assert.equal((await fault(value)).status, 422, JSON.stringify(value));
    assert.equal((await fault({ times: 0 })).status, 200);
});

test("a name that is not this host's gets nothing", async () => {
    const status = await new Promise((resolve, reject) => {
        const asked = rawRequest(url + "/messages", { headers: { Host: "somewhere.example" } }, (answer) => {
            answer.resume();
            resolve(answer.statusCode);
        });
        asked.on("error", reject).end();
    });
    assert.equal(status, 421);
});

test("a page of another site changes nothing", async () => {
    await post("/sms", sms);
    const answer = await fetch(url + "/clear", { method: "POST", headers: { "Sec-Fetch-Site": "cross-site" }, redirect: "manual" });
    assert.equal(answer.status, 403);
    assert.equal((await messages()).length, 1);
    assert.equal((await fetch(url + "/clear", { method: "POST", redirect: "manual" })).status, 303);
    assert.equal((await messages()).length, 0);
});
