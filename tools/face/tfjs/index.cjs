// SPDX-License-Identifier: Apache-2.0
// What the face models need of @tensorflow/tfjs, which is a hundred megabytes of what they do not (layers, training data, three
// more backends): its core, whose operations they call as methods of tensors too.
const core = require("@tensorflow/tfjs-core");

const methods = core.Tensor.prototype;
for (const [name, operation] of Object.entries(core))
    if (typeof operation === "function" && /^[a-z]/.test(name) && !(name in methods))
        methods[name] = function (...rest) {
            return operation(this, ...rest);
        };
for (const rank of [2, 3, 4, 5])
    methods[`as${rank}D`] = function (...shape) {
        return core.reshape(this, shape);
    };
methods.as1D = function () {
    return core.reshape(this, [this.size]);
};
methods.asScalar = function () {
    return core.reshape(this, []);
};
methods.toFloat = function () {
    return core.cast(this, "float32");
};
methods.toInt = function () {
    return core.cast(this, "int32");
};
module.exports = core;
