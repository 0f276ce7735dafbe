// SPDX-License-Identifier: Apache-2.0
// JPEG and PNG to pixels, with limits that are checked before anything large is unpacked.
import jpeg from "jpeg-js";
import { PNG } from "pngjs";

export const BYTES_MAX = 2097152;
export const SIDE_MAX = 4096;
const PIXELS_MAX_MILLIONS = 16;
const MEMORY_MAX_MB = 256;

const isJpeg = (bytes) => bytes.length > 3 && bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
const isPng = (bytes) => bytes.length > 24 && bytes.readUInt32BE(0) === 0x89504e47 && bytes.toString("latin1", 12, 16) === "IHDR";

function fits(width, height) {
    return width > 0 && height > 0 && width <= SIDE_MAX && height <= SIDE_MAX && width * height <= PIXELS_MAX_MILLIONS * 1e6;
}

// A phone stores the picture as its sensor lay, and how to turn it in the tag 0x0112 of the Exif part (a TIFF file of its own):
// 1 upright, 3 on its head, 6 and 8 on one side; 2, 4, 5, 7 the same in a mirror.
function orientation(exif) {
    try {
        const tiff = exif.subarray(1); // the second of the two zeros behind "Exif" comes first
        const little = tiff.toString("latin1", 0, 2) === "II";
        const short = (at) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
        const long = (at) => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
        const directory = long(4);
        for (let i = 0; i < short(directory); i++) {
            const entry = directory + 2 + 12 * i;
            if (short(entry) === 0x0112)
                return short(entry + 8);
        }
    } catch {
        // An Exif part that is none says nothing.
    }
    return 1;
}

// Where the point (x, y) of the upright picture lies in the stored one, which is w points wide and h high.
const sources = {
    2: (x, y, w) => [w - 1 - x, y],
    3: (x, y, w, h) => [w - 1 - x, h - 1 - y],
    4: (x, y, w, h) => [x, h - 1 - y],
    5: (x, y) => [y, x],
    6: (x, y, w, h) => [y, h - 1 - x],
    7: (x, y, w, h) => [w - 1 - y, h - 1 - x],
    8: (x, y, w) => [w - 1 - y, x],
};

function turn(picture, how) {
    const source = sources[how];
    if (!source)
        return picture;
    const [width, height] = how >= 5 ? [picture.height, picture.width] : [picture.width, picture.height];
    const rgb = new Uint8Array(picture.rgb.length);
    for (let y = 0, to = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
            const [column, row] = source(x, y, picture.width, picture.height);
            const from = (row * picture.width + column) * 3;
            rgb[to++] = picture.rgb[from];
            rgb[to++] = picture.rgb[from + 1];
            rgb[to++] = picture.rgb[from + 2];
        }
    return { width, height, rgb };
}

function decodeJpeg(bytes) {
    const { width, height, data, exifBuffer } = jpeg.decode(bytes, {
        useTArray: true, formatAsRGBA: false, tolerantDecoding: false, maxResolutionInMP: PIXELS_MAX_MILLIONS, maxMemoryUsageInMB: MEMORY_MAX_MB,
    });
    if (!fits(width, height))
        return null;
    return turn({ width, height, rgb: data }, exifBuffer ? orientation(Buffer.from(exifBuffer)) : 1);
}

function decodePng(bytes) {
    if (!fits(bytes.readUInt32BE(16), bytes.readUInt32BE(20)))
        return null;
    const { width, height, data } = PNG.sync.read(bytes);
    const rgb = new Uint8Array(width * height * 3);
    for (let from = 0, to = 0; from < data.length; from += 4) {
        rgb[to++] = data[from];
        rgb[to++] = data[from + 1];
        rgb[to++] = data[from + 2];
    }
    return { width, height, rgb };
}

// {width, height, rgb}, or null: not a picture, or one that is too large.
export function decode(bytes) {
    try {
        return isJpeg(bytes) ? decodeJpeg(bytes) : isPng(bytes) ? decodePng(bytes) : null;
    } catch {
        return null;
    }
}
