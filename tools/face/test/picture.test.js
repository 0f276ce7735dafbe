// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";

import jpeg from "jpeg-js";

import { decode } from "../picture.js";

const colours = { R: [255, 0, 0], G: [0, 255, 0], B: [0, 0, 255], W: [255, 255, 255] };

// Four fields of one colour each: top left, top right, bottom left, bottom right.
function fields(letters, width, height) {
    const data = Buffer.alloc(width * height * 4, 255);
    for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
            data.set(colours[letters[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)]], (y * width + x) * 4);
    return Buffer.from(jpeg.encode({ width, height, data }, 95).data);
}

// An Exif part with the one tag, in either byte order.
function exif(orientation, little) {
    const tiff = Buffer.alloc(26);
    const short = (value, at) => (little ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at));
    const long = (value, at) => (little ? tiff.writeUInt32LE(value, at) : tiff.writeUInt32BE(value, at));
    tiff.write(little ? "II" : "MM", "latin1");
    short(42, 2);
    long(8, 4);
    short(1, 8);
    short(0x0112, 10);
    short(3, 12);
    long(1, 14);
    short(orientation, 18);
    return tiff;
}

function withExif(picture, tiff) {
    const head = Buffer.from([0xff, 0xe1, 0, 0]);
    head.writeUInt16BE(2 + 6 + tiff.length, 2);
    return Buffer.concat([picture.subarray(0, 2), head, Buffer.from("Exif\0\0", "latin1"), tiff, picture.subarray(2)]);
}

function seen({ width, height, rgb }) {
    const near = (x, y) => {
        const at = (Math.floor(height * y) * width + Math.floor(width * x)) * 3;
        const letter = Object.keys(colours).find((name) => colours[name].every((value, k) => Math.abs(value - rgb[at + k]) < 60));
        return letter ?? "?";
    };
    return near(0.25, 0.25) + near(0.75, 0.25) + near(0.25, 0.75) + near(0.75, 0.75);
}

// How a picture that shows R G over B W is stored for each value (Exif 2.32, table 6).
const stored = { 1: "RGBW", 2: "GRWB", 3: "WBGR", 4: "BWRG", 5: "RBGW", 6: "GWRB", 7: "WGBR", 8: "BRWG" };
for (const [orientation, letters] of Object.entries(stored))
    test(`orientation ${orientation} is turned upright`, () => {
        const [width, height] = orientation >= 5 ? [32, 64] : [64, 32];
        for (const little of [false, true]) {
            const picture = decode(withExif(fields(letters, width, height), exif(Number(orientation), little)));
            assert.deepEqual([picture.width, picture.height, seen(picture)], [64, 32, "RGBW"]);
        }
    });

test("an Exif part that is cut, or says what is not defined, changes nothing", () => {
    const whole = exif(6, true);
    for (let length = 0; length < 20; length++)
        assert.equal(seen(decode(withExif(fields("RGBW", 64, 32), whole.subarray(0, length)))), "RGBW");
    for (const orientation of [0, 9, 65535])
        assert.equal(seen(decode(withExif(fields("RGBW", 64, 32), exif(orientation, false)))), "RGBW");
});
