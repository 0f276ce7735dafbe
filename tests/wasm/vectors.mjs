// SPDX-License-Identifier: Apache-2.0
// Reproduces a vector file (docs/protocol.md §9) with the protocol as a WebAssembly module:  node vectors.mjs MODULE FILE
// From the listed secrets and nonces, every message of both roles, byte for byte. What one role sent is given to the other as
// the file has it. Then every message of the file is changed, which must fail. harness.c says how a step is called.
import { readFileSync } from "node:fs";

const DEVICE_HALF = 97, SERVICE_HALF = 162, HANDOVER = 129, SCALAR = 32, POINT = 65, DIGEST = 32, SIGNATURE = 64;
const [modulePath, filePath] = process.argv.slice(2);
const vectors = JSON.parse(readFileSync(filePath, "utf8"));
const module = await WebAssembly.compile(readFileSync(modulePath));
const { exports: wasm } = await WebAssembly.instantiate(module, { vectors: { draw } });

const unhex = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const hexOf = (bytes) => Buffer.from(bytes).toString("hex");
const joined = (...parts) => unhex(parts.join(""));

// ---- Memory of the module: what a group of steps uses lies one after the other, from where the module's own ends ----

let top;
function room(length) {
    const at = top;
    top = (top + length + 7) & ~7;
    if (top > wasm.memory.buffer.byteLength)
        throw new Error("the module's memory is full");
    return at;
}
const bytesAt = (at, length) => new Uint8Array(wasm.memory.buffer, at, length);
function put(bytes) {
    const at = room(bytes.length);
    bytesAt(at, bytes.length).set(bytes);
    return at;
}
function input(bytes) { // struct bytes
    const data = put(bytes), at = room(8);
    new Uint32Array(wasm.memory.buffer, at, 2).set([data, bytes.length]);
    return at;
}
const inputHex = (hex) => input(unhex(hex));

// ---- Draws ----

let listed; // the object whose values are handed out, and the name of the one that is τ
function draw(roleAt, index, out, length) {
    const role = Buffer.from(bytesAt(roleAt, 16)).toString("latin1").split("\0")[0];
    const from = index < 0 || role === "tau" ? listed.object : listed.object.items[index];
    const value = unhex(from[role === "tau" ? listed.tau : role]);
    if (value.length !== length)
        return 1;
    bytesAt(out, length).set(value);
    return 0;
}

// ---- Checks ----

const counts = { passed: 0, failed: 0 };
let verbose = true;
function check(name, good) {
    counts[good ? "passed" : "failed"]++;
    if (!good && verbose)
        console.error(`${name} differs`);
}
const checkBytes = (name, object, at, length = object[name].length / 2) =>
    check(name, hexOf(bytesAt(at, length)) === object[name]);
// A step without a message, and one whose message is the member `name`.
const checkStep = (name, result) => check(name, result === 0);
function checkMessage(name, object, result) {
    check(name, result > 0 && hexOf(bytesAt(wasm.message(), result)) === object[name]);
}

// ---- The groups of the file ----

const { keygen, refresh, handover, pin, pin_check: pinCheck, decrypt } = vectors;
const GENERATION_AT = 4 + "hufu/1".length + 4 + 4 + 32; // in a head, behind the operation
const generationOf = (head, operation) => Buffer.from(head, "hex").readUInt32BE(GENERATION_AT + operation.length);
const halves = (generation) => (generation === 0 ? keygen : refresh);
const deviceHalf = (generation) => put(joined(halves(generation).a, keygen.P));
const serviceHalf = (generation) => put(joined(halves(generation).b, halves(generation).A, keygen.P));

function runKeygen() {
    const k = keygen, head = inputHex(k.head_begin);
    const digest = room(DIGEST), b = room(SCALAR), com = room(DIGEST), service = room(SERVICE_HALF), device = room(DEVICE_HALF);
    wasm.sm3(digest, head);
    check("head_finish", k.head_finish.endsWith(hexOf(bytesAt(digest, DIGEST))));
    listed = { object: k, tau: "tau_a" };
    checkMessage("body_begin", k, wasm.keygen_device_begin(head));
    listed = { object: k, tau: "tau_b" };
    checkMessage("answer_begin", k, wasm.keygen_service_begin(b, com, head, inputHex(k.body_begin)));
    checkBytes("b", k, b);
    checkBytes("com", k, com);
    checkMessage("body_finish", k, wasm.keygen_device_finish(head, inputHex(k.answer_begin)));
    checkMessage("answer_finish", k,
        wasm.keygen_service_finish(service, head, put(unhex(k.b)), put(unhex(k.com)), inputHex(k.body_finish)));
    checkBytes("A", k, service + SCALAR);
    checkBytes("P", k, service + SCALAR + POINT);
    checkStep("done", wasm.keygen_device_done(device, inputHex(k.answer_finish)));
    checkBytes("a", k, device);
}

function runRefresh() {
    const r = refresh, head = inputHex(r.head), generation = generationOf(r.head, "sm2/refresh");
    const device = room(DEVICE_HALF), service = room(SERVICE_HALF);
    listed = { object: r, tau: "tau" };
    checkMessage("body", r, wasm.refresh_device_begin(device, deviceHalf(generation), head));
    checkBytes("a", r, device);
    checkMessage("answer", r,
        wasm.refresh_service(service, serviceHalf(generation), generation, head, inputHex(r.body)));
    checkBytes("b", r, service);
    checkBytes("A", r, service + SCALAR);
    checkStep("finish", wasm.refresh_device_finish(device, generation, inputHex(r.answer)));
}

function runSignBatch(batch) {
    const { items } = batch, head = inputHex(batch.head), generation = generationOf(batch.head, "sm2/sign");
    const digests = input(joined(...items.map((item) => item.e)));
    const r = room(items.length * SCALAR), signatures = room(items.length * SIGNATURE);
    const P = put(unhex(keygen.P)), e = room(DIGEST);
    for (const item of items) {
        checkStep("message digest", wasm.message_digest(e, P, inputHex(item.message)));
        // Listed to show that digests are taken mod n: no message has it.
        if (item.e !== "ff".repeat(DIGEST))
            checkBytes("e", item, e);
    }
    listed = { object: batch, tau: "tau" };
    checkMessage("body", batch, wasm.sign_device_begin(deviceHalf(generation), head, digests));
    checkMessage("answer", batch, wasm.sign_service(r, serviceHalf(generation), head, digests, inputHex(batch.body)));
    items.forEach((item, i) => checkBytes("r", item, r + i * SCALAR));
    checkStep("finish", wasm.sign_device_finish(signatures, head, digests, inputHex(batch.answer)));
    items.forEach((item, i) => {
        checkBytes("r", item, signatures + i * SIGNATURE);
        checkBytes("s", item, signatures + i * SIGNATURE + SCALAR);
        checkStep("verify", wasm.verify(P, put(unhex(item.e)), signatures + i * SIGNATURE));
    });
}

function runDecrypt() {
    const d = decrypt, head = inputHex(d.head), generation = generationOf(d.head, "sm2/decrypt");
    const device = deviceHalf(generation), points = input(joined(...d.items.map((item) => item.C1)));
    const digests = room(d.items.length * DIGEST);
    listed = { object: d, tau: "tau" };
    checkMessage("body", d, wasm.decrypt_device_begin(device, head, points));
    checkMessage("answer", d,
        wasm.decrypt_service(digests, serviceHalf(generation), head, points, inputHex(d.body)));
    d.items.forEach((item, i) => {
        const plaintext = room(item.plaintext.length / 2), digest = room(DIGEST);
        wasm.sm3(digest, inputHex(item.C1));
        check("digest of C1", hexOf(bytesAt(digest, DIGEST)) === hexOf(bytesAt(digests + i * DIGEST, DIGEST)));
        checkStep("finish",
            wasm.decrypt_device_finish(plaintext, device, i, inputHex(item.ciphertext), inputHex(d.answer)));
        checkBytes("plaintext", item, plaintext);
    });
}

function runHandover() {
    const h = handover, head = inputHex(h.head), generation = generationOf(h.head, "sm2/handover");
    const device = deviceHalf(generation), split = room(HANDOVER), other = room(SERVICE_HALF);
    listed = { object: h, tau: "tau" };
    checkStep("split", wasm.handover_device_split(split, device));
    checkBytes("a", h, split + SCALAR);
    checkBytes("A", h, split + 2 * SCALAR);
    checkMessage("body", h, wasm.handover_device_body(split, device, head));
    checkMessage("answer", h, wasm.handover_service(other, serviceHalf(generation), head, inputHex(h.body)));
    checkBytes("b", h, other);
    checkStep("accept", wasm.handover_device_accept(put(unhex(h.a)), put(unhex(h.A))));
}

function runPin() {
    const key = put(unhex(pin.key)), computed = room(SCALAR);
    checkStep("hide", wasm.pin_hide(computed, put(unhex(pin.a)), key));
    checkBytes("sigma", pin, computed);
    checkStep("open", wasm.pin_open(computed, put(unhex(pin.sigma)), key));
    checkBytes("a", pin, computed);
}

function runPinCheck() {
    const p = pinCheck, head = inputHex(p.head), generation = generationOf(p.head, "sm2/pin/check");
    listed = { object: p, tau: "tau" };
    checkMessage("body", p, wasm.pin_check_device(deviceHalf(generation), head));
    checkMessage("answer", p, wasm.pin_check_service(serviceHalf(generation), head, inputHex(p.body)));
}

// Each with the object that holds its messages.
const groups = [
    ["keygen", keygen, runKeygen],
    ["refresh", refresh, runRefresh],
    ...vectors.sign.map((batch, i) => [`sign[${i}]`, batch, () => runSignBatch(batch)]),
    ["decrypt", decrypt, runDecrypt],
    ["handover", handover, runHandover],
    ["pin", pin, runPin],
    ["pin_check", pinCheck, runPinCheck],
];

function failures(run) {
    const before = counts.failed;
    top = wasm.__heap_base.value;
    run();
    return counts.failed - before;
}

// How many messages of the group can have their last byte changed without a failure.
function unnoticed(object, run) {
    const names = Object.keys(object).filter((name) => /^(head|body|answer)/.test(name));
    return names.filter((name) => {
        const good = object[name];
        object[name] = good.slice(0, -1) + (parseInt(good.at(-1), 16) ^ 1).toString(16);
        const found = failures(run);
        object[name] = good;
        return found === 0;
    });
}

const foreign = WebAssembly.Module.imports(module).map((wanted) => `${wanted.module}.${wanted.name}`);
check(`imports: ${foreign}`, foreign.join() === "vectors.draw");
for (const [name, , run] of groups) {
    const before = counts.passed, failed = failures(run);
    console.log(`${name.padEnd(10)} ${counts.passed - before} passed, ${failed} failed`);
}
const { passed, failed } = counts;
verbose = false;
const missed = groups.flatMap(([name, object, run]) => unnoticed(object, run).map((message) => `${name}.${message}`));
if (missed.length > 0)
    console.error(`changed unnoticed: ${missed.join(", ")}`);
console.log(`${passed} passed, ${failed + missed.length} failed`);
process.exitCode = failed + missed.length === 0 ? 0 : 1;
