//! Follows every offset and checks every number of a model, once.
//!
//! The FlatBuffer verifier goes first and makes sure that all tables, lists and texts lie inside the file. What it
//! cannot know, the meaning of the numbers, is checked here on the way into the structs of [`super`].

use flatbuffers::{ForwardsUOffset, Table, Vector, VerifierOptions, root_with_opts};

use super::{
    Damage, Metadata, Model, Operator, OperatorCode, Quantization, ReadError, Signature, SignatureTensor, Subgraph,
    Tensor, element_bits, schema,
    words::{brief, count, having, quoted, short},
};
use schema::{BuiltinOperator, BuiltinOptions, QuantizationDetails};

type Result<T> = std::result::Result<T, ReadError>;
type Tables<'a, T> = Option<Vector<'a, ForwardsUOffset<T>>>;

/// The limits on what a file may unfold to.
///
/// Offsets may share their targets, so a file of a few kilobytes can describe gigabytes of tables. Real models share
/// next to nothing: each table takes at least 16 bytes of its own. The constant parts leave room for small models.
fn limits(file_length: usize) -> VerifierOptions {
    VerifierOptions {
        max_depth: 16,
        max_tables: (50_000 + file_length / 16).min(1_000_000),
        max_apparent_size: file_length.saturating_mul(2).saturating_add(8 << 20),
        ignore_missing_null_terminator: false,
    }
}

/// Collects damages of constant data, or refuses the first when there is nothing to collect them in.
type Damages<'d> = Option<&'d mut Vec<Damage>>;

/// The data, or none where the damage may be passed over.
fn pass_over<'a>(
    data: Result<Option<&'a [u8]>>,
    tensor: Option<(usize, usize)>,
    damages: &mut Damages<'_>,
) -> Result<Option<&'a [u8]>> {
    match (data, damages) {
        (Err(error), Some(damages)) => {
            damages.push(Damage { tensor, error });
            Ok(None)
        }
        (data, _) => data,
    }
}

pub(super) fn model<'a>(bytes: &'a [u8], mut damages: Damages<'_>) -> Result<Model<'a>> {
    if bytes.get(4..8) != Some(b"TFL3") {
        return Err(ReadError::not_a_model(bytes));
    }
    let root = root_with_opts::<schema::Model>(&limits(bytes.len()), bytes)
        .map_err(|error| ReadError::from_verifier(&error, bytes.len()))?;
    require_own_bytes(&root._tab, || "the file".to_owned())?;

    let version = root.version();
    if version != 3 {
        let error = ReadError::invalid("the file", format!("its layout has version {version}, version 3 is needed"));
        return Err(match version {
            0 => error,
            1 | 2 => error.with_help("convert the model again with a current TensorFlow"),
            _ => error.with_help("it is newer than this program, or damaged: convert the model for TensorFlow Lite"),
        });
    }

    let operator_codes = tables(root.operator_codes())
        .enumerate()
        .map(|(i, code)| operator_code(i, &code))
        .collect::<Result<Vec<_>>>()?;
    let buffers = tables(root.buffers())
        .enumerate()
        .map(|(i, table)| {
            require_own_bytes(&table._tab, || format!("buffer {i}"))?;
            pass_over(buffer(bytes, i, &table), None, &mut damages)
        })
        .collect::<Result<Vec<_>>>()?;
    let metadata = tables(root.metadata())
        .enumerate()
        .map(|(i, entry)| {
            let name = text(entry.name());
            let place = || format!("metadata {i} ({})", quoted(&name));
            let data = pick(&buffers, entry.buffer(), place, "buffer")?.unwrap_or_default();
            Ok(Metadata { name, buffer: entry.buffer() as usize, data })
        })
        .collect::<Result<Vec<_>>>()?;

    let graph_count = root.subgraphs().map_or(0, |list| list.len());
    if graph_count == 0 {
        return Err(ReadError::invalid("the file", "it has no subgraph, so there is nothing to run")
            .with_help("convert the model again; the converter should have put its graph into subgraph 0"));
    }
    let compressed = metadata.iter().any(|entry: &Metadata<'_>| entry.name == "COMPRESSION_METADATA");
    let context = Context { file: bytes, codes: &operator_codes, buffers: &buffers, graph_count, compressed };
    let subgraphs = tables(root.subgraphs())
        .enumerate()
        .map(|(i, graph)| context.subgraph(i, &graph, &mut damages))
        .collect::<Result<Vec<_>>>()?;
    let signatures = tables(root.signature_defs())
        .enumerate()
        .map(|(i, entry)| signature(i, &entry, &subgraphs))
        .collect::<Result<Vec<_>>>()?;

    let description = text(root.description());
    Ok(Model { bytes, version, description, operator_codes, subgraphs, buffers, metadata, signatures })
}

/// Requires a table and its layout to be two things.
///
/// A layout tells where the fields of a table are, and begins with its own length, of at least 4 bytes. Where an offset
/// leads back to itself or to the list it stands in, the two run into each other, or the layout has no length: the
/// verifier lets that pass, as a table in which every field is left out.
fn require_own_bytes(table: &Table<'_>, place: impl FnOnce() -> String) -> Result<()> {
    let (file, start) = (table.buf(), table.loc());
    let number = |position: usize| {
        let bytes = file.get(position..)?.first_chunk::<2>()?;
        Some(u16::from_le_bytes(*bytes) as usize)
    };
    let problem = file
        .get(start..)
        .and_then(|bytes| bytes.first_chunk::<4>())
        .and_then(|bytes| start.checked_add_signed((i32::from_le_bytes(*bytes) as isize).checked_neg()?))
        .and_then(|layout| Some((layout, number(layout)?, number(layout.checked_add(2)?)?)))
        .map_or(Some("its layout is not in the file"), |(layout, length, table_length)| {
            let is_apart = layout + length <= start || start + table_length <= layout;
            (length < 4 || table_length < 4 || !is_apart).then_some("its bytes and its layout are not two things")
        });
    match problem {
        Some(problem) => Err(ReadError::Damaged {
            place: place(),
            problem: format!("{problem}; byte {start}, where it should start, is part of something else"),
        }),
        None => Ok(()),
    }
}

fn operator_code(number: usize, code: &schema::OperatorCode<'_>) -> Result<OperatorCode> {
    let place = || format!("operator code {number}");
    require_own_bytes(&code._tab, place)?;
    let builtin = BuiltinOperator(code.builtin_code().0.max(i32::from(code.deprecated_builtin_code())));
    if builtin.0 < 0 {
        return Err(ReadError::invalid(place(), format!("its number is {}, numbers start at 0", builtin.0)));
    }
    let custom = if builtin == BuiltinOperator::CUSTOM {
        match code.custom_code() {
            Some(name) if !name.is_empty() => Some(name.to_owned()),
            _ => {
                return Err(ReadError::invalid(place(), "it is a custom operator without a name")
                    .with_help("give the operator a custom_code, or convert the model again"));
            }
        }
    } else {
        None
    };
    Ok(OperatorCode { builtin, custom, version: code.version() })
}

/// The bytes of a buffer, or `None` for an empty one.
fn buffer<'a>(file: &'a [u8], number: usize, buffer: &schema::Buffer<'a>) -> Result<Option<&'a [u8]>> {
    let inside = buffer.data().map(|data| data.bytes()).filter(|data| !data.is_empty());
    if inside.is_some() {
        return Ok(inside);
    }
    outside(file, buffer.offset(), buffer.size(), || format!("buffer {number}"))
}

/// Bytes behind the FlatBuffer, which files beyond 2 GB use. An offset of 0 or 1 means that there are none; writers put
/// 1 as a placeholder that they overwrite later.
fn outside(file: &[u8], offset: u64, size: u64, place: impl Fn() -> String) -> Result<Option<&[u8]>> {
    if offset <= 1 || size == 0 {
        return Ok(None);
    }
    let range = offset.checked_add(size).and_then(|end| {
        let (start, end) = (usize::try_from(offset).ok()?, usize::try_from(end).ok()?);
        file.get(start..end)
    });
    match range {
        Some(bytes) => Ok(Some(bytes)),
        None => Err(ReadError::Truncated { place: place(), start: offset, needed: size, length: file.len() as u64 }),
    }
}

/// What graphs refer to.
struct Context<'c, 'a> {
    file: &'a [u8],
    codes: &'c [OperatorCode],
    buffers: &'c [Option<&'a [u8]>],
    graph_count: usize,
    compressed: bool,
}

impl<'a> Context<'_, 'a> {
    fn subgraph(&self, number: usize, graph: &schema::SubGraph<'a>, damages: &mut Damages<'_>) -> Result<Subgraph<'a>> {
        let place = format!("subgraph {number}");
        require_own_bytes(&graph._tab, || place.clone())?;
        let tensors = tables(graph.tensors())
            .enumerate()
            .map(|(i, tensor)| self.tensor((number, i), &tensor, damages))
            .collect::<Result<Vec<_>>>()?;
        let numbers = |list: Option<Vector<'a, i32>>, role: &str| {
            scalars(list)
                .enumerate()
                .map(|(i, tensor)| tensor_number(tensor, tensors.len(), || format!("{place}, {role} {i}")))
                .collect::<Result<Vec<_>>>()
        };
        let inputs = numbers(graph.inputs(), "input")?;
        let outputs = numbers(graph.outputs(), "output")?;
        let operators = tables(graph.operators())
            .enumerate()
            .map(|(i, table)| self.operator(&place, i, table, tensors.len()))
            .collect::<Result<Vec<_>>>()?;
        Ok(Subgraph { name: text(graph.name()), tensors, inputs, outputs, operators })
    }

    fn tensor(
        &self,
        (graph, number): (usize, usize),
        tensor: &schema::Tensor<'a>,
        damages: &mut Damages<'_>,
    ) -> Result<Tensor<'a>> {
        let name = text(tensor.name());
        let place = || format!("subgraph {graph}, tensor {number} ({})", quoted(&name));

        require_own_bytes(&tensor._tab, place)?;
        if tensor.external_buffer() != 0 {
            return Err(ReadError::invalid(place(), "its data lies in another file").with_help(
                "convert the model again with the weights inside; models whose data is spread over files are not read",
            ));
        }
        let shape = scalars(tensor.shape())
            .enumerate()
            .map(|(i, size)| {
                usize::try_from(size).map_err(|_| {
                    ReadError::invalid(place(), format!("its size in dimension {i} is {size}, it must be 0 or more"))
                        .with_help("give the model fixed input shapes before converting it")
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let fits = shape.iter().try_fold(1_usize, |product, &size| {
            product.checked_mul(size.max(1)).filter(|&product| product <= i32::MAX as usize)
        });
        if fits.is_none() {
            return Err(ReadError::invalid(
                place(),
                format!("its shape {} has more than {} elements", brief(&shape), i32::MAX),
            ));
        }

        let data = if self.buffers.is_empty() && tensor.buffer() == 0 {
            None
        } else {
            pick(self.buffers, tensor.buffer(), place, "buffer")?
        };
        let result = Tensor {
            shape,
            shape_signature: tensor.shape_signature().map(|list| list.iter().collect()),
            tensor_type: tensor.type_(),
            quantization: tensor.quantization().and_then(|table| quantization(&table)),
            is_variable: tensor.is_variable(),
            buffer: tensor.buffer() as usize,
            data: None,
            sparsity: tensor.sparsity(),
            name: String::new(),
        };
        let data = data.map_or(Ok(None), |data| self.require_length(&result, data, place).map(|()| Some(data)));
        let data = pass_over(data, Some((graph, number)), damages)?;
        Ok(Tensor { name, data, ..result })
    }

    /// Requires data to have the length that shape and type of its tensor ask for.
    fn require_length(&self, tensor: &Tensor<'a>, data: &[u8], place: impl FnOnce() -> String) -> Result<()> {
        let Some(needed) = tensor.byte_len().filter(|&needed| tensor.sparsity.is_none() && data.len() != needed) else {
            return Ok(());
        };
        let bits = element_bits(tensor.tensor_type).unwrap_or_default();
        let problem = format!(
            "its data has {} bytes, shape {} of {} ({bits} bits each) needs {needed}",
            data.len(),
            brief(&tensor.shape),
            tensor.tensor_type,
        );
        let help = if self.compressed {
            "the model was compressed with COMPRESSION_METADATA, which is not supported: pass it uncompressed"
        } else {
            "weights and shape do not belong together: convert the model again"
        };
        Err(ReadError::invalid(place(), problem).with_help(help))
    }

    fn operator(
        &self,
        graph: &str,
        number: usize,
        table: schema::Operator<'a>,
        tensor_count: usize,
    ) -> Result<Operator<'a>> {
        require_own_bytes(&table._tab, || format!("{graph}, operator {number}"))?;
        let code = table.opcode_index() as usize;
        let Some(kind) = self.codes.get(code) else {
            return Err(ReadError::invalid(
                format!("{graph}, operator {number}"),
                format!("operator code {code} does not exist, {}", having(self.codes.len(), "operator code")),
            ));
        };
        let place = || format!("{graph}, operator {number} ({})", short(&kind.name()));
        let optional = |list: Option<Vector<'a, i32>>, role: &str| {
            scalars(list)
                .enumerate()
                .map(|(i, tensor)| match tensor {
                    -1 => Ok(None),
                    _ => tensor_number(tensor, tensor_count, || format!("{}, {role} {i}", place())).map(Some),
                })
                .collect::<Result<Vec<_>>>()
        };
        let inputs = optional(table.inputs(), "input")?;
        let intermediates = optional(table.intermediates(), "intermediate")?;
        let outputs = scalars(table.outputs())
            .enumerate()
            .map(|(i, tensor)| tensor_number(tensor, tensor_count, || format!("{}, output {i}", place())))
            .collect::<Result<Vec<_>>>()?;

        let mutating_variable_inputs: Vec<bool> =
            table.mutating_variable_inputs().map(|list| list.iter().collect()).unwrap_or_default();
        if !mutating_variable_inputs.is_empty() && mutating_variable_inputs.len() != inputs.len() {
            return Err(ReadError::invalid(
                place(),
                format!(
                    "mutating_variable_inputs has {} entries, the operator has {}",
                    mutating_variable_inputs.len(),
                    count(inputs.len(), "input"),
                ),
            ));
        }
        for (role, subgraph) in called_subgraphs(&table) {
            if usize::try_from(subgraph).is_ok_and(|subgraph| subgraph < self.graph_count) {
                continue;
            }
            return Err(ReadError::invalid(
                format!("{}, {role}", place()),
                format!("subgraph {subgraph} does not exist, {}", having(self.graph_count, "subgraph")),
            ));
        }

        let custom_options = match table.custom_options().map(|list| list.bytes()).filter(|bytes| !bytes.is_empty()) {
            Some(bytes) => bytes,
            None => {
                let (offset, size) = (table.large_custom_options_offset(), table.large_custom_options_size());
                outside(self.file, offset, size, || format!("{}, custom options", place()))?.unwrap_or_default()
            }
        };
        Ok(Operator { code, inputs, outputs, intermediates, mutating_variable_inputs, custom_options, table })
    }
}

/// The subgraphs an operator runs, each with the name of its option.
fn called_subgraphs(table: &schema::Operator<'_>) -> Vec<(&'static str, i64)> {
    match table.builtin_options_type() {
        BuiltinOptions::IfOptions => table.builtin_options_as_if_options().map(|options| {
            vec![
                ("then branch", options.then_subgraph_index().into()),
                ("else branch", options.else_subgraph_index().into()),
            ]
        }),
        BuiltinOptions::WhileOptions => table.builtin_options_as_while_options().map(|options| {
            vec![("condition", options.cond_subgraph_index().into()), ("body", options.body_subgraph_index().into())]
        }),
        BuiltinOptions::CallOnceOptions => table
            .builtin_options_as_call_once_options()
            .map(|options| vec![("initialisation", options.init_subgraph_index().into())]),
        BuiltinOptions::CallOptions => {
            table.builtin_options_as_call_options().map(|options| vec![("call", options.subgraph().into())])
        }
        _ => None,
    }
    .unwrap_or_default()
}

fn quantization(table: &schema::QuantizationParameters<'_>) -> Option<Quantization> {
    let floats = |list: Option<Vector<'_, f32>>| list.map(|list| list.iter().collect()).unwrap_or_default();
    let result = Quantization {
        scales: floats(table.scale()),
        zero_points: table.zero_point().map(|list| list.iter().collect()).unwrap_or_default(),
        dimension: table.quantized_dimension(),
        min: floats(table.min()),
        max: floats(table.max()),
        details: table.details_type(),
    };
    let empty = result.scales.is_empty() && result.zero_points.is_empty();
    (!empty || result.details != QuantizationDetails::NONE).then_some(result)
}

fn signature(number: usize, entry: &schema::SignatureDef<'_>, subgraphs: &[Subgraph<'_>]) -> Result<Signature> {
    let key = text(entry.signature_key());
    let place = || format!("signature {number} ({})", quoted(&key));
    let subgraph = entry.subgraph_index() as usize;
    let Some(graph) = subgraphs.get(subgraph) else {
        return Err(ReadError::invalid(
            place(),
            format!("subgraph {subgraph} does not exist, {}", having(subgraphs.len(), "subgraph")),
        ));
    };
    let names = |list: Tables<'_, schema::TensorMap<'_>>, role: &str| {
        tables(list)
            .enumerate()
            .map(|(i, entry)| {
                let tensor = tensor_number(entry.tensor_index(), graph.tensors.len(), || {
                    format!("{}, {role} {i} ({})", place(), quoted(&text(entry.name())))
                })?;
                Ok(SignatureTensor { name: text(entry.name()), tensor })
            })
            .collect::<Result<Vec<_>>>()
    };
    let inputs = names(entry.inputs(), "input")?;
    let outputs = names(entry.outputs(), "output")?;
    Ok(Signature { key, subgraph, inputs, outputs })
}

/// The elements of a list that may be absent.
fn tables<'a, T: flatbuffers::Follow<'a> + 'a>(list: Tables<'a, T>) -> impl Iterator<Item = T::Inner> {
    list.into_iter().flatten()
}

/// The numbers of a list that may be absent.
fn scalars(list: Option<Vector<'_, i32>>) -> impl Iterator<Item = i32> {
    list.into_iter().flatten()
}

fn text(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

fn tensor_number(number: impl Into<i64>, count: usize, place: impl FnOnce() -> String) -> Result<usize> {
    let number = number.into();
    usize::try_from(number).ok().filter(|&number| number < count).ok_or_else(|| {
        ReadError::invalid(place(), format!("tensor {number} does not exist, {}", having(count, "tensor")))
    })
}

fn pick<T: Copy>(list: &[T], number: u32, place: impl FnOnce() -> String, what: &str) -> Result<T> {
    list.get(number as usize).copied().ok_or_else(|| {
        ReadError::invalid(place(), format!("{what} {number} does not exist, {}", having(list.len(), what)))
    })
}
