//! Which names of operators are like one that is not among them.

use std::collections::BTreeSet;

/// The most that are named.
const MOST: usize = 3;

/// How alike names must be, in hundredths.
const ALIKE: usize = 50;

/// How many letters of a name are looked at: names in a file are foreign text of any length, and those of operators have
/// fewer than 50.
const LETTERS: usize = 64;

/// The names most like `name`, at most three, the nearest first; none when nothing is alike.
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let name: String = name.chars().take(LETTERS).collect();
    let mut scored: Vec<(usize, &str)> = names.into_iter().map(|other| (likeness(&name, other), other)).collect();
    scored.retain(|&(score, _)| score >= ALIKE);
    scored.sort_by_key(|&(score, other)| (std::cmp::Reverse(score), other));
    scored.truncate(MOST);
    scored.into_iter().map(|(_, other)| other).collect()
}

/// The better of two measures, in hundredths: words in common, and letters that stay where one name is edited into the
/// other.
fn likeness(one: &str, other: &str) -> usize {
    let (one, other) = (one.to_ascii_uppercase(), other.to_ascii_uppercase());
    let words = |name: &str| name.split('_').map(str::to_string).collect::<BTreeSet<_>>();
    let (one_words, other_words) = (words(&one), words(&other));
    let common = one_words.intersection(&other_words).count();
    let by_words = 200 * common / (one_words.len() + other_words.len());
    let longest = one.chars().count().max(other.chars().count()).max(1);
    by_words.max(100 * (longest - distance(&one, &other)) / longest)
}

/// The fewest insertions, deletions and replacements of letters that make one name the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (position, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = position + 1;
        for (column, &other_letter) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != other_letter);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_counted_as_edited() {
        let cases = [("", "", 0), ("RELU", "RELU6", 1), ("CONV_3D", "CONV_2D", 1), ("kitten", "sitting", 3)];
        for (one, other, expected) in cases {
            assert_eq!((distance(one, other), distance(other, one)), (expected, expected), "{one} {other}");
        }
    }

    #[test]
    fn names_with_words_or_letters_in_common_are_near() {
        let names = ["CONV_2D", "ELU", "EMBEDDING_LOOKUP", "RELU", "SOFTMAX", "SPLIT", "SPLIT_V", "TRANSPOSE_CONV"];
        assert_eq!(nearest("EMBEDDING_LOOKUP_SPARSE", names), ["EMBEDDING_LOOKUP"]);
        assert_eq!(nearest("CONV_3D", names)[0], "CONV_2D");
        assert_eq!(nearest("GELU", names)[..2], ["ELU", "RELU"]);
        assert_eq!(nearest("softmax", names), ["SOFTMAX"]);
        assert!(nearest("FlexMultinomial", names).is_empty());
        assert!(nearest(&"RELU".repeat(1 << 20), names).is_empty());
    }
}
