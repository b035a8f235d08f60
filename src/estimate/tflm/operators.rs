//! The operators that TFLM has: how its resolver adds each, and the sizes of the records it keeps for it.

/// An operator of TFLM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The name of the builtin operator, or the custom code.
    pub name: &'static str,
    /// What adds it to a `MicroMutableOpResolver`.
    pub method: &'static str,
    /// Bytes and alignment of its options, unpacked.
    pub(super) parameters: Option<(u64, u64)>,
    /// Bytes that its kernel asks for when it is made: TFLM's own, and CMSIS-NN's.
    pub(super) init: (u64, u64),
}

impl Operator {
    const fn new(name: &'static str, method: &'static str) -> Operator {
        Operator { name, method, parameters: None, init: (0, 0) }
    }

    const fn parameters(self, bytes: u64, alignment: u64) -> Operator {
        Operator { parameters: Some((bytes, alignment)), ..self }
    }

    /// The same data whichever kernels are linked.
    const fn data(self, bytes: u64) -> Operator {
        self.data_of(bytes, bytes)
    }

    const fn data_of(self, reference: u64, cmsis_nn: u64) -> Operator {
        Operator { init: (reference, cmsis_nn), ..self }
    }
}

/// Every operator of TFLM, by name.
pub const OPERATORS: &[Operator] = &[
    Operator::new("ABS", "AddAbs").data(28),
    Operator::new("ADD", "AddAdd").parameters(2, 1).data(60),
    Operator::new("ADD_N", "AddAddN"),
    Operator::new("ARG_MAX", "AddArgMax").parameters(1, 1),
    Operator::new("ARG_MIN", "AddArgMin").parameters(1, 1),
    Operator::new("ASSIGN_VARIABLE", "AddAssignVariable"),
    Operator::new("AVERAGE_POOL_2D", "AddAveragePool2D").parameters(40, 4).data_of(32, 36),
    Operator::new("BATCH_MATMUL", "AddBatchMatMul").parameters(3, 1).data_of(16, 36),
    Operator::new("BATCH_TO_SPACE_ND", "AddBatchToSpaceNd"),
    Operator::new("BROADCAST_ARGS", "AddBroadcastArgs"),
    Operator::new("BROADCAST_TO", "AddBroadcastTo"),
    Operator::new("CALL_ONCE", "AddCallOnce").parameters(4, 4).data(8),
    Operator::new("CAST", "AddCast").parameters(2, 1),
    Operator::new("CEIL", "AddCeil"),
    Operator::new("CIRCULAR_BUFFER", "AddCircularBuffer").data(8),
    Operator::new("CONCATENATION", "AddConcatenation").parameters(8, 4).data(24),
    Operator::new("CONV_2D", "AddConv2D").parameters(28, 4).data_of(56, 60),
    Operator::new("COS", "AddCos"),
    Operator::new("CUMSUM", "AddCumSum").parameters(2, 1),
    Operator::new("DEPTHWISE_CONV_2D", "AddDepthwiseConv2D").parameters(28, 4).data_of(56, 60),
    Operator::new("DEPTH_TO_SPACE", "AddDepthToSpace").parameters(4, 4),
    Operator::new("DEQUANTIZE", "AddDequantize").data(32),
    Operator::new("DIV", "AddDiv").parameters(1, 1).data(28),
    Operator::new("DYNAMIC_UPDATE_SLICE", "AddDynamicUpdateSlice"),
    Operator::new("ELU", "AddElu").data(256),
    Operator::new("EMBEDDING_LOOKUP", "AddEmbeddingLookup"),
    Operator::new("EQUAL", "AddEqual").data(32),
    Operator::new("EXP", "AddExp"),
    Operator::new("EXPAND_DIMS", "AddExpandDims"),
    Operator::new("FILL", "AddFill"),
    Operator::new("FLOOR", "AddFloor"),
    Operator::new("FLOOR_DIV", "AddFloorDiv"),
    Operator::new("FLOOR_MOD", "AddFloorMod"),
    Operator::new("FULLY_CONNECTED", "AddFullyConnected").parameters(5, 1).data_of(48, 72),
    Operator::new("GATHER", "AddGather").parameters(8, 4),
    Operator::new("GATHER_ND", "AddGatherNd"),
    Operator::new("GREATER", "AddGreater").data(32),
    Operator::new("GREATER_EQUAL", "AddGreaterEqual").data(32),
    Operator::new("HARD_SWISH", "AddHardSwish").data(20),
    Operator::new("IF", "AddIf").parameters(8, 4).data(8),
    Operator::new("L2_NORMALIZATION", "AddL2Normalization").parameters(1, 1).data(4),
    Operator::new("L2_POOL_2D", "AddL2Pool2D").parameters(40, 4),
    Operator::new("LEAKY_RELU", "AddLeakyRelu").parameters(4, 4).data(24),
    Operator::new("LESS", "AddLess").data(32),
    Operator::new("LESS_EQUAL", "AddLessEqual").data(32),
    Operator::new("LOG", "AddLog"),
    Operator::new("LOGICAL_AND", "AddLogicalAnd"),
    Operator::new("LOGICAL_NOT", "AddLogicalNot"),
    Operator::new("LOGICAL_OR", "AddLogicalOr"),
    Operator::new("LOGISTIC", "AddLogistic").data(16),
    Operator::new("LOG_SOFTMAX", "AddLogSoftmax"),
    Operator::new("MAXIMUM", "AddMaximum"),
    Operator::new("MAX_POOL_2D", "AddMaxPool2D").parameters(40, 4).data_of(32, 36),
    Operator::new("MEAN", "AddMean").parameters(1, 1).data(44),
    Operator::new("MINIMUM", "AddMinimum"),
    Operator::new("MIRROR_PAD", "AddMirrorPad").parameters(1, 1).data(20),
    Operator::new("MUL", "AddMul").parameters(1, 1).data(36),
    Operator::new("NEG", "AddNeg"),
    Operator::new("NOT_EQUAL", "AddNotEqual").data(32),
    Operator::new("PACK", "AddPack").parameters(8, 4),
    Operator::new("PAD", "AddPad").data(56),
    Operator::new("PADV2", "AddPadV2").data(56),
    Operator::new("PRELU", "AddPrelu").data(28),
    Operator::new("QUANTIZE", "AddQuantize").data(32),
    Operator::new("READ_VARIABLE", "AddReadVariable"),
    Operator::new("REDUCE_ALL", "AddReduceAll").parameters(1, 1).data(44),
    Operator::new("REDUCE_MAX", "AddReduceMax").parameters(1, 1).data(44),
    Operator::new("REDUCE_MIN", "AddReduceMin").parameters(1, 1).data(44),
    Operator::new("RELU", "AddRelu").data(28),
    Operator::new("RELU6", "AddRelu6").data(8),
    Operator::new("RESHAPE", "AddReshape").parameters(36, 4),
    Operator::new("RESIZE_BILINEAR", "AddResizeBilinear").parameters(2, 1),
    Operator::new("RESIZE_NEAREST_NEIGHBOR", "AddResizeNearestNeighbor").parameters(2, 1),
    Operator::new("REVERSE_V2", "AddReverseV2"),
    Operator::new("ROUND", "AddRound"),
    Operator::new("RSQRT", "AddRsqrt").data(28),
    Operator::new("SELECT_V2", "AddSelectV2").data(1),
    Operator::new("SHAPE", "AddShape").parameters(1, 1),
    Operator::new("SIN", "AddSin"),
    Operator::new("SLICE", "AddSlice"),
    Operator::new("SOFTMAX", "AddSoftmax").parameters(4, 4).data_of(56, 64),
    Operator::new("SPACE_TO_BATCH_ND", "AddSpaceToBatchNd").data(4),
    Operator::new("SPACE_TO_DEPTH", "AddSpaceToDepth").parameters(4, 4),
    Operator::new("SPLIT", "AddSplit").parameters(4, 4),
    Operator::new("SPLIT_V", "AddSplitV").parameters(4, 4),
    Operator::new("SQRT", "AddSqrt"),
    Operator::new("SQUARE", "AddSquare"),
    Operator::new("SQUARED_DIFFERENCE", "AddSquaredDifference").data(112),
    Operator::new("SQUEEZE", "AddSqueeze").parameters(36, 4),
    Operator::new("STRIDED_SLICE", "AddStridedSlice").parameters(24, 4).data(84),
    Operator::new("SUB", "AddSub").parameters(2, 1).data(52),
    Operator::new("SUM", "AddSum").parameters(1, 1).data(44),
    Operator::new("SVDF", "AddSvdf").parameters(8, 4).data_of(36, 40),
    Operator::new("SignalDelay", "AddDelay").data(20),
    Operator::new("SignalEnergy", "AddEnergy").data(8),
    Operator::new("SignalFftAutoScale", "AddFftAutoScale"),
    Operator::new("SignalFilterBank", "AddFilterBank").data(36),
    Operator::new("SignalFilterBankLog", "AddFilterBankLog").data(8),
    Operator::new("SignalFilterBankSpectralSubtraction", "AddFilterBankSpectralSubtraction").data(44),
    Operator::new("SignalFilterBankSquareRoot", "AddFilterBankSquareRoot"),
    Operator::new("SignalFramer", "AddFramer").data(28),
    Operator::new("SignalIrfft", "AddIrfft").data(24),
    Operator::new("SignalOverlapAdd", "AddOverlapAdd").data(24),
    Operator::new("SignalPCAN", "AddPCAN").data(4),
    Operator::new("SignalRfft", "AddRfft").data(32),
    Operator::new("SignalStacker", "AddStacker").data(36),
    Operator::new("SignalWindow", "AddWindow").data(8),
    Operator::new("TANH", "AddTanh").data(16),
    Operator::new("TFLM_DECODE", "AddDecode"),
    Operator::new("TFLite_Detection_PostProcess", "AddDetectionPostprocess").data(112),
    Operator::new("TRANSPOSE", "AddTranspose"),
    Operator::new("TRANSPOSE_CONV", "AddTransposeConv").parameters(16, 4).data_of(72, 76),
    Operator::new("UNIDIRECTIONAL_SEQUENCE_LSTM", "AddUnidirectionalSequenceLSTM").parameters(16, 4).data_of(688, 912),
    Operator::new("UNPACK", "AddUnpack").parameters(8, 4),
    Operator::new("VAR_HANDLE", "AddVarHandle").parameters(8, 4).data(4),
    Operator::new("WHILE", "AddWhile").parameters(8, 4).data(8),
    Operator::new("ZEROS_LIKE", "AddZerosLike"),
    Operator::new("ethos-u", "AddEthosU").data(12),
];

/// The operator with this name.
pub fn find(name: &str) -> Option<&'static Operator> {
    OPERATORS.binary_search_by(|operator| operator.name.cmp(name)).ok().map(|index| &OPERATORS[index])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_in_order_and_can_be_found() {
        assert!(OPERATORS.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert_eq!(find("CONV_2D").map(|operator| operator.method), Some("AddConv2D"));
        assert_eq!(find("SignalPCAN").map(|operator| operator.method), Some("AddPCAN"));
        assert_eq!(find("CONV_3D"), None);
    }
}
