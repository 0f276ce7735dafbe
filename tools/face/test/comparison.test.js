// SPDX-License-Identifier: Apache-2.0
// The models, on pictures of people.
import assert from "node:assert/strict";
import test, { before } from "node:test";

import { Comparison, SAME_DISTANCE_MAX } from "../comparison.js";
import { jpegOf, plainPng, pngOf, sample } from "./pictures.js";

let comparison;
before(async () => {
    comparison = await Comparison.load();
});

const same = [
    ["the same picture", jpegOf("anna"), jpegOf("anna")],
    ["another cut, as PNG", jpegOf("anna"), pngOf("anna", { move: 20, grow: 30 })],
    ["smaller and compressed hard", jpegOf("berta"), jpegOf("berta", { step: 2, quality: 50 })],
    ["darker", jpegOf("clara"), jpegOf("clara", { light: 0.6, grow: 20 })],
    ["seen in a mirror", jpegOf("anna"), jpegOf("anna", { mirror: true })],
];
for (const [name, reference, probe] of same)
    test(`the same person: ${name}`, async () => {
        const result = await comparison.compare({ reference, probe });
        assert.equal(result.same, true, JSON.stringify(result));
        assert.ok(result.distance <= SAME_DISTANCE_MAX);
    });

for (const [one, other] of [["anna", "berta"], ["anna", "clara"], ["berta", "clara"]])
    test(`different people: ${one} and ${other}`, async () => {
        const result = await comparison.compare({ reference: jpegOf(one), probe: jpegOf(other) });
        assert.equal(result.same, false, JSON.stringify(result));
        assert.ok(result.distance > SAME_DISTANCE_MAX);
        const turned = await comparison.compare({ reference: jpegOf(other), probe: jpegOf(one) });
        assert.equal(turned.distance, result.distance);
    });

const refused = [
    ["nobody", "no-face", plainPng(320, 240)],
    ["several people", "several-faces", sample(4)],
    ["a text", "not-a-picture", Buffer.from("this is no picture, and long enough for one")],
    ["nothing", "not-a-picture", Buffer.alloc(0)],
    ["half a JPEG", "not-a-picture", jpegOf("anna").subarray(0, 700)],
    ["half a PNG", "not-a-picture", pngOf("anna").subarray(0, 700)],
    ["a PNG with too many points", "not-a-picture", plainPng(4097, 1)],
];
for (const [name, error, picture] of refused)
    test(`refused: ${name}`, async () => {
        assert.deepEqual(await comparison.compare({ reference: picture, probe: jpegOf("anna") }), { error, picture: "reference" });
        assert.deepEqual(await comparison.compare({ reference: jpegOf("anna"), probe: picture }), { error, picture: "probe" });
    });

test("a comparison keeps nothing in memory", async () => {
    const before = comparison.tensors;
    await comparison.compare({ reference: jpegOf("anna"), probe: jpegOf("berta") });
    await comparison.compare({ reference: jpegOf("anna"), probe: sample(4) });
    assert.equal(comparison.tensors, before);
});
