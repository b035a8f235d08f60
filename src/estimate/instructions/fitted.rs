//! What each kernel takes. `fixtures/firmware/instructions.py fit` writes this file.

use super::Fitted;

/// Every kernel that was counted for two models at least, by name.
#[rustfmt::skip]
pub const FITTED: &[Fitted] = &[
    Fitted { kernel: "ADD int8", weights: [426.27, 0.0, 72.019, 0.0, 0.0], error: 0.757, models: 5 },
    Fitted { kernel: "AVERAGE_POOL_2D int8", weights: [3852.0, 4.1847, 19.455, 0.0, 0.0], error: 1.134, models: 8 },
    Fitted { kernel: "BATCH_MATMUL int8", weights: [417.62, 4.6893, 164.59, 0.0, 0.0], error: 0.546, models: 4 },
    Fitted { kernel: "CONCATENATION", weights: [601.16, 8.4587, 0.0, 0.0, 0.0], error: 2.216, models: 5 },
    Fitted { kernel: "CONV_2D int8", weights: [4253.5, 3.0427, 101.11, 12.082, 710.36], error: 0.036, models: 5 },
    Fitted { kernel: "CONV_2D int8 (armv7em)", weights: [4230.1, 0.961, 1.3141, 0.25533, 321.32], error: 0.097, models: 6 },
    Fitted { kernel: "DEPTHWISE_CONV_2D int8", weights: [0.0, 12.054, 6.6392, 0.0, 256.57], error: 0.039, models: 5 },
    Fitted { kernel: "DEPTHWISE_CONV_2D int8 (armv7em)", weights: [15799.0, 4.7906, 0.0, 0.0, 0.0], error: 0.140, models: 3 },
    Fitted { kernel: "DEQUANTIZE int8", weights: [227.45, 13.279, 0.0, 0.0, 0.0], error: 0.159, models: 4 },
    Fitted { kernel: "FULLY_CONNECTED int8", weights: [1261.8, 3.7686, 114.86, 2.7896, 0.0], error: 0.066, models: 7 },
    Fitted { kernel: "FULLY_CONNECTED int8 (armv7em)", weights: [537.44, 1.1362, 24.936, 0.018146, 0.0], error: 0.342, models: 7 },
    Fitted { kernel: "HARD_SWISH int8", weights: [263.06, 8.1372, 0.0, 0.0, 0.0], error: 0.044, models: 4 },
    Fitted { kernel: "LEAKY_RELU int8", weights: [240.55, 51.893, 0.0, 0.0, 0.0], error: 0.065, models: 4 },
    Fitted { kernel: "LOGISTIC int8", weights: [321.76, 7.3622, 0.0, 0.0, 0.0], error: 0.105, models: 4 },
    Fitted { kernel: "MAX_POOL_2D int8", weights: [22.849, 4.1088, 202.31, 0.0, 0.0], error: 3.269, models: 4 },
    Fitted { kernel: "MEAN int8", weights: [67.01, 22.718, 86.145, 0.0, 0.0], error: 0.651, models: 4 },
    Fitted { kernel: "MUL int8", weights: [673.33, 44.061, 0.0, 0.0, 0.0], error: 0.442, models: 4 },
    Fitted { kernel: "PAD", weights: [800.23, 0.0, 48.873, 0.0, 0.0], error: 0.213, models: 3 },
    Fitted { kernel: "QUANTIZE int8 to uint8", weights: [273.42, 41.001, 0.0, 0.0, 0.0], error: 0.024, models: 4 },
    Fitted { kernel: "RELU int8", weights: [285.31, 41.213, 0.0, 0.0, 0.0], error: 0.178, models: 4 },
    Fitted { kernel: "RELU6 int8", weights: [260.0, 14.219, 0.0, 0.0, 0.0], error: 0.120, models: 4 },
    Fitted { kernel: "RESIZE_BILINEAR int8", weights: [456.52, 0.0, 106.71, 0.0, 0.0], error: 0.658, models: 4 },
    Fitted { kernel: "RESIZE_NEAREST_NEIGHBOR", weights: [2271.4, 0.0, 18.191, 0.0, 0.0], error: 4.221, models: 4 },
    Fitted { kernel: "SOFTMAX int8", weights: [606.41, 171.03, 0.0, 0.0, 0.0], error: 0.462, models: 10 },
    Fitted { kernel: "SPLIT", weights: [520.0, 0.0, 2.8643e-15, 0.0, 0.0], error: 5.000, models: 2 },
    Fitted { kernel: "STRIDED_COPY", weights: [377.37, 0.0, 6.2053, 0.0, 0.0], error: 0.110, models: 6 },
    Fitted { kernel: "SUB int8", weights: [566.93, 13.184, 59.654, 0.0, 0.0], error: 0.204, models: 4 },
    Fitted { kernel: "SVDF int8 with int16 state", weights: [777.67, 2.5511, 124.65, 20.809, 0.0], error: 0.288, models: 4 },
    Fitted { kernel: "TANH int8", weights: [302.24, 8.4105, 0.0, 0.0, 0.0], error: 0.025, models: 4 },
    Fitted { kernel: "TRANSPOSE_CONV int8", weights: [4496.3, 30.556, 1.0012, 445.02, 0.0], error: 1.014, models: 4 },
    Fitted { kernel: "UNIDIRECTIONAL_SEQUENCE_LSTM int8", weights: [1166.3, 7.8468, 918.25, 13.983, 0.0], error: 0.478, models: 4 },
];
