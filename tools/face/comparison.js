// SPDX-License-Identifier: Apache-2.0
// Whether two pictures show one person: a face is found, turned into 128 numbers, and the numbers are compared. Everything
// comes out of node_modules; nothing is asked of a network. A thread of its own (worker.js), since it computes for seconds.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { decode } from "./picture.js";

// The models' authors take 0.6 for the border; whoever guards a door with it goes closer.
export const SAME_DISTANCE_MAX = 0.5;
const SCORE_MIN = 0.5;
const SIDE_USED = 800; // larger pictures are made smaller first: the finder looks at 512 points anyway

const require = createRequire(import.meta.url);
const folderOf = (name) => dirname(require.resolve(name + "/package.json"));

export class Comparison {
    #tf;
    #faces;

    static async load() {
        const comparison = new Comparison();
        const wasm = require("@tensorflow/tfjs-backend-wasm");
        comparison.#tf = require("@tensorflow/tfjs");
        wasm.setWasmPaths(join(folderOf("@tensorflow/tfjs-backend-wasm"), "dist") + "/");
        await comparison.#tf.setBackend("wasm");
        await comparison.#tf.ready();
        const faces = (comparison.#faces = require("@vladmandic/face-api/dist/face-api.node-wasm.js"));
        const models = join(folderOf("@vladmandic/face-api"), "model");
        for (const net of [faces.nets.ssdMobilenetv1, faces.nets.faceLandmark68Net, faces.nets.faceRecognitionNet])
            await net.loadFromDisk(models);
        return comparison;
    }

    #tensor({ width, height, rgb }) {
        const tf = this.#tf;
        const shrink = Math.min(1, SIDE_USED / Math.max(width, height));
        return tf.tidy(() => {
            const whole = tf.tensor3d(rgb, [height, width, 3], "int32");
            if (shrink === 1)
                return whole;
            return tf.cast(tf.image.resizeBilinear(whole, [Math.round(height * shrink), Math.round(width * shrink)]), "int32");
        });
    }

    // {numbers} or {error}.
    async #describe(bytes) {
        const picture = decode(bytes);
        if (!picture)
            return { error: "not-a-picture" };
        const tensor = this.#tensor(picture);
        try {
            const options = new this.#faces.SsdMobilenetv1Options({ minConfidence: SCORE_MIN, maxResults: 10 });
            const found = await this.#faces.detectAllFaces(tensor, options).withFaceLandmarks().withFaceDescriptors();
            if (found.length !== 1)
                return { error: found.length === 0 ? "no-face" : "several-faces" };
            return { numbers: found[0].descriptor };
        } finally {
            this.#tf.dispose(tensor);
        }
    }

    // {same, distance}, or {error, picture}.
    async compare(pictures) {
        const numbers = [];
        for (const picture of ["reference", "probe"]) {
            const described = await this.#describe(pictures[picture]);
            if (described.error)
                return { error: described.error, picture };
            numbers.push(described.numbers);
        }
        const distance = this.#faces.euclideanDistance(numbers[0], numbers[1]);
        return { same: distance <= SAME_DISTANCE_MAX, distance: Math.round(distance * 1000) / 1000 };
    }

    // How many tensors are held: the same after each comparison, or memory leaks.
    get tensors() {
        return this.#tf.memory().numTensors;
    }
}
