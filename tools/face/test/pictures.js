// SPDX-License-Identifier: Apache-2.0
// Pictures of people that come with a package of node_modules, cut and changed here: nothing of them is kept in the repository.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import jpeg from "jpeg-js";
import { PNG } from "pngjs";

const require = createRequire(import.meta.url);
const folder = join(dirname(require.resolve("@vladmandic/face-api/package.json")), "demo");

export const sample = (number) => readFileSync(join(folder, `sample${number}.jpg`));
const decoded = new Map();
function open(number) {
    if (!decoded.has(number))
        decoded.set(number, jpeg.decode(sample(number), { useTArray: true }));
    return decoded.get(number);
}

// Where one person's face is, with room around it: sample, left, top, width, height.
const people = {
    anna: [3, 500, 200, 400, 520],
    berta: [3, 1420, 190, 400, 480],
    clara: [6, 1080, 200, 400, 480],
};

// A cut around the face, moved and grown a little (in points), made smaller (each step-th point), darker, or seen in a mirror.
function cut(person, { move = 0, grow = 0, step = 1, light = 1, mirror = false } = {}) {
    const [number, left, top, width, height] = people[person];
    const from = open(number);
    const [w, h] = [Math.floor((width + 2 * grow) / step), Math.floor((height + 2 * grow) / step)];
    const data = Buffer.alloc(w * h * 4);
    for (let y = 0; y < h; y++)
        for (let x = 0; x < w; x++) {
            const column = mirror ? w - 1 - x : x;
            const source = ((top - grow + y * step) * from.width + left - grow + move + column * step) * 4;
            for (let k = 0; k < 4; k++)
                data[(y * w + x) * 4 + k] = k === 3 ? 255 : Math.min(255, from.data[source + k] * light);
        }
    return { width: w, height: h, data };
}

export const jpegOf = (person, changes = {}) => Buffer.from(jpeg.encode(cut(person, changes), changes.quality ?? 90).data);

export function pngOf(person, changes) {
    const picture = cut(person, changes);
    const png = new PNG({ width: picture.width, height: picture.height });
    picture.data.copy(png.data);
    return PNG.sync.write(png);
}

export function plainPng(width, height) {
    const png = new PNG({ width, height });
    png.data.fill(128);
    return PNG.sync.write(png);
}
