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

function decodeJpeg(bytes) {
    const { width, height, data } = jpeg.decode(bytes, {
        useTArray: true, formatAsRGBA: false, tolerantDecoding: false, maxResolutionInMP: PIXELS_MAX_MILLIONS, maxMemoryUsageInMB: MEMORY_MAX_MB,
    });
    return fits(width, height) ? { width, height, rgb: data } : null;
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
