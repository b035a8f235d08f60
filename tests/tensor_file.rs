//! Tensor files through the front door: every element type there and back, every shape rule, every refusal.

use std::fs;

use tinyml::host::tensor_file::{self, ElementType, Feed, Format, TensorFileError, TensorSpec};

fn tensor(element_type: ElementType, shape: &[usize]) -> TensorSpec {
    TensorSpec { name: "input".into(), element_type, shape: shape.to_vec() }
}

/// An array file as NumPy writes it.
fn npy(header: &str, elements: &[u8]) -> Vec<u8> {
    let mut text = header.to_owned();
    while !(10 + text.len() + 1).is_multiple_of(64) {
        text.push(' ');
    }
    text.push('\n');
    [b"\x93NUMPY\x01\0", &(text.len() as u16).to_le_bytes()[..], text.as_bytes(), elements].concat()
}

fn array(code: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
    npy(&format!("{{'descr': '{code}', 'fortran_order': False, 'shape': {shape}, }}"), elements)
}

#[track_caller]
fn refused(format: Format, file: &[u8], tensor: &TensorSpec, text: &str) {
    let error = tensor_file::parse(format, file, tensor).expect_err("this file does not fit");
    assert_eq!(error.to_string(), text);
    assert!(!error.help().is_empty());
}

#[test]
fn every_type_survives_writing_and_reading() {
    let folder = tempfile::tempdir().unwrap();
    for element_type in ElementType::ALL {
        for invocations in [1, 3] {
            let spec = tensor(element_type, &[1, 2, 3]);
            let length = spec.bytes().unwrap() * invocations;
            let bytes: Vec<u8> = (0..length).map(|index| (index % 2) as u8).collect();
            for name in ["tensor.bin", "tensor.NPY"] {
                let path = folder.path().join(name);
                match tensor_file::write(&path, &spec, invocations, &bytes) {
                    Ok(()) => {
                        let feed = tensor_file::read(&path, &spec).unwrap();
                        assert_eq!(feed, Feed { invocations, bytes: bytes.clone() }, "{element_type:?} {name}");
                    }
                    Err(error) => {
                        assert_eq!((element_type, name), (ElementType::Int4, "tensor.NPY"));
                        assert_eq!(error.to_string(), ".npy has no type for int4 tensors");
                    }
                }
            }
        }
    }
}

#[test]
fn written_arrays_are_what_numpy_writes() {
    let encode = |shape: &[usize], invocations, bytes: &[u8]| {
        tensor_file::encode(Format::Npy, &tensor(ElementType::Int16, shape), invocations, bytes).unwrap()
    };
    assert_eq!(encode(&[2], 1, &[1, 0, 2, 0]), array("<i2", "(2,)", &[1, 0, 2, 0]));
    assert_eq!(encode(&[], 1, &[1, 0]), array("<i2", "()", &[1, 0]));
    assert_eq!(encode(&[], 2, &[1, 0, 2, 0]), array("<i2", "(2,)", &[1, 0, 2, 0]));
    let file = encode(&[1, 1], 2, &[1, 0, 2, 0]);
    assert_eq!(file, array("<i2", "(2, 1, 1)", &[1, 0, 2, 0]));
    assert_eq!((file.len() - 4) % 64, 0);
}

#[test]
fn a_leading_dimension_counts_invocations() {
    let spec = tensor(ElementType::Int8, &[1, 2, 3]);
    for (shape, invocations) in
        [("(1, 2, 3)", 1), ("(2, 3)", 1), ("(4, 2, 3)", 4), ("(4, 1, 2, 3)", 4), ("(1,1,2,3)", 1)]
    {
        let bytes: Vec<u8> = (0..6 * invocations as u8).collect();
        let feed = tensor_file::parse(Format::Npy, &array("|i1", shape, &bytes), &spec).unwrap();
        assert_eq!(feed, Feed { invocations, bytes });
    }
    for shape in ["(6,)", "(3, 2)", "(2, 2, 2, 3)", "(0, 2, 3)", "(0, 1, 2, 3)", "()", "(1, 1, 1, 2, 3)"] {
        let error = tensor_file::parse(Format::Npy, &array("|i1", shape, &[0; 6]), &spec).unwrap_err();
        assert!(matches!(error, TensorFileError::Shape { .. }), "{shape}: {error}");
    }
    refused(
        Format::Npy,
        &array("|i1", "(3, 2)", &[0; 6]),
        &spec,
        "the array has shape [3, 2]; tensor \"input\" has shape [1, 2, 3]",
    );
    let batch_of_two = tensor(ElementType::Int8, &[2, 3]);
    assert!(tensor_file::parse(Format::Npy, &array("|i1", "(3,)", &[0; 3]), &batch_of_two).is_err());
    let scalar = tensor(ElementType::Int8, &[]);
    assert_eq!(tensor_file::parse(Format::Npy, &array("|i1", "(3,)", &[7; 3]), &scalar).unwrap().invocations, 3);
}

#[test]
fn fortran_order_becomes_row_major() {
    // [[[0, 1], [2, 3], [4, 5]], [[6, 7], [8, 9], [10, 11]]] with the first index fastest.
    let order = [0i16, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11];
    let elements: Vec<u8> = order.iter().flat_map(|value| value.to_le_bytes()).collect();
    let file = npy("{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3, 2), }", &elements);
    let feed = tensor_file::parse(Format::Npy, &file, &tensor(ElementType::Int16, &[1, 3, 2])).unwrap();
    let wanted: Vec<u8> = (0..12i16).flat_map(i16::to_le_bytes).collect();
    assert_eq!(feed, Feed { invocations: 2, bytes: wanted });
}

#[test]
fn arrays_of_another_type_are_refused_by_name() {
    let spec = tensor(ElementType::Float32, &[1]);
    let says = |code, text: &str| refused(Format::Npy, &array(code, "(1,)", &[0; 4]), &spec, text);
    for (code, name) in [
        ("<f8", "float64"),
        ("<i4", "int32"),
        ("|b1", "bool"),
        (">i2", "int16"),
        ("<f2", "float16"),
        ("<U7", "\"<U7\""),
        ("|O", "object (pickled)"),
        ("", "\"\""),
        ("é4", "\"\\u{e9}4\""),
    ] {
        says(code, &format!("the array is of type {name}; tensor \"input\" is of type float32"));
    }
    says(">f4", "the array is big-endian (>f4); tensors are little-endian");
    let help = tensor_file::parse(Format::Npy, &array("<f8", "(1,)", &[0; 8]), &spec).unwrap_err().help();
    assert_eq!(help, "in NumPy: array.astype(numpy.float32)");
    // One byte has no order.
    assert!(tensor_file::parse(Format::Npy, &array(">i1", "(1,)", &[0]), &tensor(ElementType::Int8, &[1])).is_ok());
}

#[test]
fn damaged_arrays_are_refused() {
    let spec = tensor(ElementType::Int8, &[2]);
    let says = |file: &[u8], text: &str| refused(Format::Npy, file, &spec, text);
    says(b"", "not a sound .npy file: it does not start like one");
    says(b"\x93NUMPY\x01", "not a sound .npy file: it ends in the header");
    says(b"\x93NUMPY\x09\x00\x01\x00 ", "not a sound .npy file: version 9.0 is not known");
    says(
        b"\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF {",
        "not a sound .npy file: the header promises 4294967295 bytes, found 2",
    );
    let header = |text: &str| npy(text, &[1, 2]);
    says(
        &header("{'descr': '|i1', 'shape': (2,)}"),
        "not a sound .npy file: the header lacks descr, fortran_order or shape",
    );
    says(
        &header("{'descr': [('a', '|i1')], "),
        "not a sound .npy file: it holds records of several fields, not one number an element",
    );
    says(
        &header("{'color': 'red'}"),
        "not a sound .npy file: the header has a key that arrays do not have at \"'color': 'red'}\"",
    );
    says(
        &header("{'shape': (2, 'a')}"),
        "not a sound .npy file: the header has a dimension that is no number at \"'a')}\"",
    );
    says(
        &header("{'shape': (99999999999999999999,)}"),
        "not a sound .npy file: the header has a dimension that is no number at \"99999999999999999999\"",
    );
    says(&array("|i1", "(2,)", &[1]), "the header of the array promises 2 bytes of elements, found 1");
    says(&array("|i1", "(2,)", &[1, 2, 3]), "the header of the array promises 2 bytes of elements, found 3");
    says(
        &array("|i1", "(18446744073709551615, 2)", &[1, 2]),
        "the header of the array promises 18446744073709551615 bytes of elements, found 2",
    );
    let nested = format!("{{'shape': {}", "(".repeat(60_000));
    assert!(tensor_file::parse(Format::Npy, &header(&nested), &spec).is_err());
    let python_2 = npy("{'shape': (2,), 'fortran_order': False, \"descr\": \"|i1\"}", &[1, 2]);
    assert_eq!(tensor_file::parse(Format::Npy, &python_2, &spec).unwrap().bytes, [1, 2]);
    for version in [2, 3] {
        let whole = array("|i1", "(2,)", &[1, 2]);
        let long = [b"\x93NUMPY", &[version, 0, whole[8], whole[9], 0, 0][..], &whole[10..]].concat();
        assert_eq!(tensor_file::parse(Format::Npy, &long, &spec).unwrap().bytes, [1, 2]);
    }
}

#[test]
fn mutated_arrays_and_texts_never_panic() {
    let spec = tensor(ElementType::Int16, &[1, 2, 3]);
    let seeds = [
        (Format::Npy, array("<i2", "(2, 2, 3)", &[1; 24])),
        (Format::Npy, npy("{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }", &[1; 12])),
        (Format::Json, b"[[[1, -2, 3.0], [4, 5, 6]], [[1, 2, 3], [4, 5, 6]]]".to_vec()),
    ];
    let mut state = 0x5EEDu64;
    let mut below = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound as u64) as usize
    };
    let (mut fed, mut errors) = (0, 0);
    for round in 0..30_000 {
        let (format, seed) = &seeds[round % seeds.len()];
        let mut file = seed.clone();
        for _ in 0..1 + below(3) {
            let (at, other) = (below(file.len()), below(file.len()));
            match below(4) {
                0 => file[at] = below(256) as u8,
                1 => file[at] = b"(){}[],:'\"0123456789<>|eTF-."[below(28)],
                2 => file[at] = file[other],
                _ => file.truncate(at + 1),
            }
        }
        match tensor_file::parse(*format, &file, &spec) {
            Ok(feed) => {
                assert_eq!(feed.bytes.len(), feed.invocations * 12);
                fed += 1;
            }
            Err(error) => {
                assert!(!error.to_string().is_empty() && !error.help().is_empty());
                errors += 1;
            }
        }
    }
    assert!(fed > 1_000 && errors > 1_000, "{fed} {errors}");
}

#[test]
fn raw_bytes_are_whole_tensors() {
    let spec = tensor(ElementType::Int16, &[1, 3]);
    assert_eq!(tensor_file::parse(Format::Bin, &[1; 12], &spec).unwrap(), Feed { invocations: 2, bytes: vec![1; 12] });
    for length in [0, 5, 7] {
        let text = format!("{length} bytes are not a multiple of the 6 bytes of tensor \"input\" (int16 [1, 3])");
        refused(Format::Bin, &vec![0; length], &spec, &text);
    }
    let text = "a tensor of shape [2, 0] holds nothing that a file could give or take";
    refused(Format::Bin, &[], &tensor(ElementType::Int8, &[2, 0]), text);
    let text = format!("a tensor of shape [{}, 2] holds nothing that a file could give or take", usize::MAX);
    refused(Format::Bin, &[], &tensor(ElementType::Int8, &[usize::MAX, 2]), &text);
    let text = "element 1 is 2; elements of a bool tensor are 0 or 1";
    refused(Format::Bin, &[1, 2], &tensor(ElementType::Bool, &[2]), text);
}

#[test]
fn lists_of_numbers_become_elements() {
    let bytes = |element_type, shape: &[usize], text: &str| {
        let feed = tensor_file::parse(Format::Json, text.as_bytes(), &tensor(element_type, shape)).unwrap();
        (feed.invocations, feed.bytes)
    };
    assert_eq!(bytes(ElementType::Int8, &[1, 2, 2], "[[[1, -1], [127, -128]]]"), (1, vec![1, 255, 127, 128]));
    assert_eq!(bytes(ElementType::Int8, &[1, 2, 2], "[[1, -1], [2, 3.0]]"), (1, vec![1, 255, 2, 3]));
    assert_eq!(bytes(ElementType::Int8, &[1, 2, 2], "[1, 2, 3, 4, 5, 6, 7, 8]"), (2, (1..9).collect()));
    assert_eq!(bytes(ElementType::Int8, &[1, 2], "[[1, 2], [3, 4], [5, 6]]"), (3, (1..7).collect()));
    assert_eq!(bytes(ElementType::Bool, &[3], "[true, false, 1]"), (1, vec![1, 0, 1]));
    assert_eq!(bytes(ElementType::Uint16, &[], "65535"), (1, vec![255, 255]));
    assert_eq!(bytes(ElementType::Uint64, &[1], "[18446744073709551615]"), (1, vec![255; 8]));
    assert_eq!(bytes(ElementType::Int64, &[1], "-9223372036854775808").1, i64::MIN.to_le_bytes());
    assert_eq!(
        bytes(ElementType::Float32, &[2], "[0.1, -3]").1,
        [0.1f32.to_le_bytes(), (-3f32).to_le_bytes()].concat()
    );
}

#[test]
fn lists_that_do_not_fit_say_where() {
    let spec = tensor(ElementType::Int8, &[1, 2, 2]);
    let says = |text: &str, error: &str| refused(Format::Json, text.as_bytes(), &spec, error);
    says("[[[1, 2], [3, 128]]]", "at [0][1][1]: 128 is not a value of type int8");
    says("[[[1, 2], [3, -129]]]", "at [0][1][1]: -129 is not a value of type int8");
    says("[1, 2, 3.5, 4]", "at [2]: 3.5 is not a value of type int8");
    says("[1, 2, true, 4]", "at [2]: true or false, where the tensor holds int8");
    says("[1, 2, \"3\", 4]", "at [2]: text, where a number belongs");
    says("[1, 2, null, 4]", "at [2]: null, where a number belongs");
    says("{\"a\": 1}", "at the top: an object, where a list or a number belongs");
    says("[[1, 2], [3]]", "at [1]: a list of 1, where the lists before have 2");
    says("[[1, 2], 3]", "at [1]: a single value, where the elements before are lists");
    says("[1, [2]]", "at [1]: a list, where the elements before are numbers");
    says("[[1, 2, 3], [4, 5, 6]]", "the array has shape [2, 3]; tensor \"input\" has shape [1, 2, 2]");
    says("[1, 2, 3]", "3 numbers are not a multiple of the 4 elements of tensor \"input\"");
    says("[]", "0 numbers are not a multiple of the 4 elements of tensor \"input\"");
    says("[1, 2", "not sound JSON: EOF while parsing a list at line 1 column 5");
    assert!(tensor_file::parse(Format::Json, "[".repeat(100_000).as_bytes(), &spec).is_err());
    let float = tensor(ElementType::Float32, &[1]);
    refused(Format::Json, b"[1e39]", &float, "at [0]: 1e+39 is not a value of type float32");
    refused(Format::Json, b"[2]", &tensor(ElementType::Bool, &[1]), "at [0]: 2 is not a value of type bool");
    refused(Format::Json, b"[1, 2]", &tensor(ElementType::Int4, &[2]), ".json has no type for int4 tensors");
}

#[test]
fn names_tell_the_format() {
    let folder = tempfile::tempdir().unwrap();
    let spec = tensor(ElementType::Int8, &[2]);
    let path = |name: &str| folder.path().join(name);
    fs::write(path("a.JSON"), "[1, 2]").unwrap();
    assert_eq!(tensor_file::read(&path("a.JSON"), &spec).unwrap().bytes, [1, 2]);
    let says = |result: Result<(), TensorFileError>, text: &str| {
        let error = result.unwrap_err();
        assert!(error.to_string().starts_with(text), "{error}");
        assert!(!error.help().is_empty());
    };
    let read = |name: &str| tensor_file::read(&path(name), &spec).map(|_| ());
    says(read("a.txt"), "the ending .txt stands for no tensor format; .bin, .npy and .json do");
    says(read("a"), "a name without an ending stands for no tensor format");
    says(read("none.bin"), "there is no such file");
    fs::create_dir(path("folder.bin")).unwrap();
    says(read("folder.bin"), "the file cannot be read: ");
    says(tensor_file::write(&path("b.json"), &spec, 1, &[1, 2]), "tensors are not written as JSON");
    says(tensor_file::write(&path("no/b.bin"), &spec, 1, &[1, 2]), "the file cannot be written: ");
    says(
        tensor_file::write(&path("b.bin"), &spec, 2, &[1, 2]),
        "2 invocations of tensor \"input\" take 4 bytes, found 2",
    );
}
