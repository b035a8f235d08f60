//! What the ops have in common that resize images.

use micro_runtime::arena::ElementType;

use super::windows::LONGEST_SCAN;
use crate::compile::error::Refusal;
use crate::compile::lower::{Node, TensorRef};

/// The image that goes in, the one that comes out, and how places are meant.
pub struct Resize<'g> {
    /// `[batches, height, width, channels]`.
    pub input: TensorRef<'g>,
    /// The same with another height and width.
    pub output: TensorRef<'g>,
    /// Whether the corner pixels keep their places.
    pub align_corners: bool,
    /// Whether pixels have their centres at halves.
    pub half_pixel_centers: bool,
}

impl<'g> Resize<'g> {
    /// That of `node`, with the options `align_corners` and `half_pixel_centers`.
    pub fn of(node: &Node<'g>, align_corners: bool, half_pixel_centers: bool) -> Result<Resize<'g>, Refusal> {
        node.arity(2..=2, 1..=1)?;
        let (input, size, output) = (node.input(0)?, node.input(1)?, node.output(0)?);
        output.require_type(input.known_type()?)?;
        input.require_rank(4)?;
        size.require_shape(&[2])?;
        let size = size.constant::<i32>(ElementType::Int32, "the size of the output must be known before power-on")?;
        let &[height, width] = size.as_slice() else {
            return Err(Refusal::new(
                format!("its size tensor has {} values, 2 needed", size.len()),
                "The model is damaged; convert it again.",
            ));
        };
        output.require_shape(&[input.shape[0], height.max(0) as u32, width.max(0) as u32, input.shape[3]])?;
        if input.elements == 0 || output.elements == 0 {
            return Err(output.refusal(
                format_args!("has shape {:?}, made from {:?}: there must be pixels", output.shape, input.shape),
                "Take the operator out of the model, or give it an image.",
            ));
        }
        Ok(Resize { input, output, align_corners, half_pixel_centers })
    }

    /// Extents of input and output along `dimension`, and of what is stretched onto what: extents, or, with aligned
    /// corners, the spaces between the outermost pixels.
    pub fn extents(&self, dimension: usize) -> (u32, u32, (u32, u32)) {
        let (input, output) = (self.input.shape[dimension], self.output.shape[dimension]);
        let stretched = if self.align_corners && output > 1 { (input - 1, output - 1) } else { (input, output) };
        (input, output, stretched)
    }

    /// How far the output must lie below the input, in bytes, to be written over it.
    ///
    /// `row` and `column` give the first input row and column that an output row or column reads; both never fall.
    /// Past [`LONGEST_SCAN`] the two share no bytes.
    pub fn distance(&self, row: impl Fn(usize) -> usize, column: impl Fn(usize) -> usize) -> i64 {
        let image = |tensor: &TensorRef<'_>| [tensor.shape[1] as i64, tensor.shape[2] as i64];
        if self.output.shape[1].max(self.output.shape[2]) > LONGEST_SCAN {
            return self.output.bytes() as i64;
        }
        let pixels = pixel_distance(self.input.shape[0] as i64, image(&self.input), image(&self.output), row, column);
        let pixel_bytes = self.input.shape[3] as i64 * self.input.element_type.map_or(1, |t| t.size() as i64);
        pixels * pixel_bytes
    }
}

/// The distance in pixels, for images of `[height, width]`.
///
/// After output pixel `(y, x)` is written, the first pixel still to be read is `(row(y), column(x + 1))`, or row
/// `row(y + 1)` from its start, whichever comes first. Each image before adds its own growth.
fn pixel_distance(
    batches: i64,
    [input_height, input_width]: [i64; 2],
    [output_height, output_width]: [i64; 2],
    row: impl Fn(usize) -> usize,
    column: impl Fn(usize) -> usize,
) -> i64 {
    let first_column = column(0) as i64;
    let ahead = (1..output_width).map(|x| x - column(x as usize) as i64).max().unwrap_or(-first_column);
    let in_image = |y: i64| {
        let read = row(y as usize) as i64 * input_width;
        let is_read_again = y + 1 < output_height && row(y as usize + 1) as i64 * input_width == read;
        let written = (y + is_read_again as i64) * output_width;
        // Between the pixels of the row; before its first one, or its repetition.
        (y * output_width + ahead - read).max(written - read - first_column)
    };
    let in_image = (0..output_height).map(in_image).max().unwrap_or(0);
    let growth = output_height * output_width - input_height * input_width;
    (in_image + (growth * (batches - 1)).max(0)).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same by definition: after each pixel, the end of what is written less the start of what is still to be read.
    fn by_definition(batches: usize, input: [usize; 2], output: [usize; 2], rows: &[usize], columns: &[usize]) -> i64 {
        let pixels = (0..batches * output[0] * output[1]).map(|index| {
            let (batch, y, x) = (index / output[1] / output[0], index / output[1] % output[0], index % output[1]);
            ((batch * input[0] + rows[y]) * input[1] + columns[x]) as i64
        });
        let reads: Vec<i64> = pixels.collect();
        let left = |index: usize| reads[index..].iter().copied().min();
        // A pixel itself is read and written channel by channel.
        (0..reads.len()).filter_map(|index| Some(index as i64 - left(index)?)).max().unwrap().max(0)
    }

    #[test]
    fn the_distance_is_the_one_of_the_definition() {
        for batches in 1..=2 {
            for input in [[1, 1], [1, 4], [3, 1], [2, 5], [6, 3]] {
                for output in [[1, 1], [1, 7], [5, 1], [3, 3], [7, 9]] {
                    for start in 0..2 {
                        let map = |input: usize, output: usize| -> Vec<usize> {
                            (0..output).map(|position| (position * input / output + start).min(input - 1)).collect()
                        };
                        let (rows, columns) = (map(input[0], output[0]), map(input[1], output[1]));
                        let found = pixel_distance(
                            batches as i64,
                            input.map(|extent| extent as i64),
                            output.map(|extent| extent as i64),
                            |y| rows[y],
                            |x| columns[x],
                        );
                        let wanted = by_definition(batches, input, output, &rows, &columns);
                        assert_eq!(found, wanted, "{batches} of {input:?} to {output:?}, start {start}");
                    }
                }
            }
        }
    }
}
