// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";

import { KEYS_MAX, MESSAGES_MAX, Mailbox } from "../mailbox.js";

const sms = (to = "13800138000") => ({ kind: "sms", to, text: "hello" });

test("the same key with the same body is delivered once", () => {
    const box = new Mailbox();
    const first = box.deliver("k", "body", sms());
    const again = box.deliver("k", "body", sms());
    assert.equal(first.outcome, "new");
    assert.equal(again.outcome, "repeated");
    assert.equal(again.message.number, first.message.number);
    assert.equal(box.list().length, 1);
    assert.equal(box.list()[0].repeats, 1);
});

test("the same key with another body is a conflict and delivers nothing", () => {
    const box = new Mailbox();
    box.deliver("k", "body", sms());
    assert.equal(box.deliver("k", "another body", sms("13900139000")).outcome, "conflict");
    assert.equal(box.list().length, 1);
});

test("a key is remembered when its message was cleared", () => {
    const box = new Mailbox();
    box.deliver("k", "body", sms());
    box.clear();
    assert.equal(box.deliver("k", "body", sms()).outcome, "repeated");
    assert.deepEqual(box.list(), []);
});

test("the oldest message gives way to one above the limit, and its key stays", () => {
    const box = new Mailbox();
    for (let i = 0; i <= MESSAGES_MAX; i++)
        box.deliver(`k${i}`, "body", sms());
    assert.equal(box.list().length, MESSAGES_MAX);
    assert.equal(box.list()[0].number, 2);
    assert.equal(box.deliver("k0", "body", sms()).outcome, "repeated");
});

test("the oldest key gives way to one above the limit", () => {
    const box = new Mailbox();
    for (let i = 0; i <= KEYS_MAX; i++)
        box.deliver(`k${i}`, "body", sms());
    assert.equal(box.deliver("k1", "body", sms()).outcome, "repeated");
    assert.equal(box.deliver("k0", "body", sms()).outcome, "new");
});

test("a list is restricted by recipient, kind and number", () => {
    const box = new Mailbox();
    box.deliver("a", "1", sms("1380"));
    box.deliver("b", "2", { kind: "email", to: "a@b.example", text: "t", subject: "s" });
    box.deliver("c", "3", sms("1390"));
    const numbers = (query) => box.list(query).map((message) => message.number);
    assert.deepEqual(numbers({ to: "1380" }), [1]);
    assert.deepEqual(numbers({ kind: "sms" }), [1, 3]);
    assert.deepEqual(numbers({ after: 1 }), [2, 3]);
    box.clear("1390");
    assert.deepEqual(numbers(), [1, 2]);
});

test("who waits is woken by the message waited for, and by no other", async () => {
    const box = new Mailbox();
    const { signal } = new AbortController();
    let woken = false;
    const wait = box.wait({ to: "1390" }, 5000, signal).then((messages) => ((woken = true), messages));
    box.deliver("a", "1", sms("1380"));
    await new Promise(setImmediate);
    assert.equal(woken, false);
    box.deliver("b", "2", sms("1390"));
    assert.deepEqual((await wait).map((message) => message.number), [2]);
});

test("a wait ends empty when its time is over, and when its caller has gone", async () => {
    const box = new Mailbox();
    assert.deepEqual(await box.wait({}, 10, new AbortController().signal), []);
    const gone = new AbortController();
    const wait = box.wait({}, 60000, gone.signal);
    gone.abort();
    assert.deepEqual(await wait, []);
});
