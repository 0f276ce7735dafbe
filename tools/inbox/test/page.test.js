// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";

import { catalogue, chooseLanguage, languages } from "../catalogue.js";
import { page } from "../view.js";

const message = (number, changes = {}) => ({
    number, key: "k", kind: "sms", to: "13800138000", text: "text " + number, received_at: "2026-01-02T03:04:05.678Z", repeats: 0, ...changes,
});

test("each language has every text", () => {
    for (const language of languages)
        assert.deepEqual(Object.keys(catalogue[language]).sort(), Object.keys(catalogue["zh-CN"]).sort());
});

test("the language is the one asked for, else the most wanted one that is known", () => {
    const cases = [
        ["en", "zh-CN", "en"], ["xx", "en", "en"], [null, undefined, "zh-CN"], [null, "", "zh-CN"], [null, "fr", "zh-CN"],
        [null, "en-GB,en;q=0.9,zh;q=0.8", "en"], [null, "fr, zh-TW;q=0.5, en;q=0.4", "zh-CN"], [null, "zh;q=0.1,en;q=0.2", "en"],
        [null, "en;q=0, zh", "zh-CN"],
    ];
    for (const [asked, accepted, expected] of cases)
        assert.equal(chooseLanguage(asked, accepted), expected, `${asked} ${accepted}`);
});

test("the newest stands first", () => {
    for (const language of languages) {
        const html = page({ messages: [message(1), message(2)], last: 2, language });
        assert.ok(html.indexOf("text 2") < html.indexOf("text 1"));
        assert.ok(html.includes(`<html lang="${language}">`));
        assert.ok(html.includes(catalogue[language].sms));
    }
});

test("what a message says is shown as text, whatever it says", () => {
    const evil = "<script>alert('1')</script>\"&";
    const html = page({
        messages: [message(1, { to: evil, text: evil, subject: evil, language: evil, template: "code-sign-in", values: [evil] })],
        last: 1, language: "en", to: evil,
    });
    assert.ok(!html.includes("<script>"));
    assert.ok(html.includes("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;"));
});

test("a code stands by itself, and a repeat is told", () => {
    const html = page({ messages: [message(1, { template: "code-sign-in", values: ["042137"], repeats: 2 })], last: 1, language: "en" });
    assert.ok(html.includes("<output>042137</output>"));
    assert.ok(html.includes("sent again 2 times, shown once"));
});

test("an empty inbox says so", () => {
    assert.ok(page({ messages: [], last: 0, language: "zh-CN" }).includes(catalogue["zh-CN"].empty));
    assert.ok(page({ messages: [], last: 5, language: "en", to: "1" }).includes(catalogue.en.emptyFor));
});
