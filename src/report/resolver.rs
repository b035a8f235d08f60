//! What `tinyml resolver` says: the lines that tell TensorFlow Lite Micro which operators to link.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use serde::Serialize;

use super::table::printable;
use crate::estimate::tflm;
use crate::model::Model;

/// The operators of some models, as TFLM's resolver wants them.
#[derive(Clone, Debug, Serialize)]
pub struct ResolverReport {
    /// Version of this structure.
    pub schema_version: u32,
    /// The models, as they were given.
    pub models: Vec<String>,
    /// How many operators the resolver holds: its template argument.
    pub count: u64,
    /// The operators, by method.
    pub operators: Vec<ResolverOperator>,
    /// Operators of the models that TFLM does not have, by name.
    pub missing: Vec<MissingOperator>,
    /// The lines of C++.
    pub code: String,
}

/// An operator that TFLM has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ResolverOperator {
    /// The method that adds it.
    pub method: &'static str,
    /// The name of the builtin operator, or the custom code.
    pub name: &'static str,
}

/// An operator that TFLM does not have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct MissingOperator {
    /// The name of the builtin operator, or the custom code.
    pub name: String,
    /// Whether it is a custom operator, for which a kernel can be registered by hand.
    pub is_custom: bool,
}

impl ResolverReport {
    /// The report on models and their names.
    pub fn new(models: &[(String, &Model<'_>)]) -> ResolverReport {
        let (mut operators, mut missing) = (BTreeSet::new(), BTreeSet::new());
        for (_, model) in models {
            let all = model.subgraphs.iter().flat_map(|subgraph| &subgraph.operators);
            for code in all.map(|operator| model.code_of(operator)) {
                match tflm::find(&code.name()) {
                    Some(operator) => {
                        operators.insert(ResolverOperator { method: operator.method, name: operator.name });
                    }
                    None => {
                        missing.insert(MissingOperator { name: code.name(), is_custom: code.custom.is_some() });
                    }
                }
            }
        }
        let operators: Vec<_> = operators.into_iter().collect();
        ResolverReport {
            schema_version: 1,
            models: models.iter().map(|(name, _)| name.clone()).collect(),
            count: operators.len() as u64,
            code: code(&operators),
            operators,
            missing: missing.into_iter().collect(),
        }
    }

    /// The same for people: C++ to paste, and nothing else.
    pub fn render(&self, out: &mut impl fmt::Write) -> fmt::Result {
        let models: Vec<String> = self.models.iter().map(|model| printable(model)).collect();
        writeln!(out, "// The operators of {}.", models.join(", "))?;
        out.write_str(&self.code)
    }
}

/// A model without operators still gets a resolver that compiles.
fn code(operators: &[ResolverOperator]) -> String {
    let count = operators.len().max(1);
    let mut code = format!("static tflite::MicroMutableOpResolver<{count}> resolver;\n");
    for operator in operators {
        let _ = writeln!(code, "resolver.{}();", operator.method);
    }
    code
}
