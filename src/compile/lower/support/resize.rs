//! What the ops have in common that resize images.

use micro_runtime::arena::ElementType;

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
    /// After output pixel `(y, x)` is written, the first pixel still to be read is `(row(y), column(x + 1))`, or row
    /// `row(y + 1)` from its start, whichever comes first. Batches only add the same to each.
    pub fn distance(&self, row: impl Fn(usize) -> usize, column: impl Fn(usize) -> usize) -> i64 {
        let extent = |tensor: &TensorRef<'_>, dimension: usize| tensor.shape[dimension] as i64;
        let (input_width, output_width) = (extent(&self.input, 2), extent(&self.output, 2));
        let (input_height, output_height) = (extent(&self.input, 1), extent(&self.output, 1));
        let columns = output_width as usize;
        let inside_row = (1..columns).map(|x| x as i64 - column(x) as i64).max().unwrap_or(0).max(0);
        let first_column = column(0) as i64;
        let in_image = (0..output_height)
            .map(|y| {
                let read = row(y as usize) as i64 * input_width;
                let inside = y * output_width + inside_row - read;
                // The row before ended here, and this one is about to be read.
                let before = y * output_width - read - first_column;
                let again = (y + 1 < output_height && row(y as usize + 1) as i64 * input_width == read)
                    .then_some((y + 1) * output_width - read - first_column);
                inside.max(before).max(again.unwrap_or(before))
            })
            .max()
            .unwrap_or(0);
        let growth = output_height * output_width - input_height * input_width;
        let pixels = in_image + (growth * (extent(&self.input, 0) - 1)).max(0);
        let pixel_bytes = extent(&self.input, 3) * self.input.element_type.map_or(1, |t| t.size() as i64);
        pixels.max(0) * pixel_bytes
    }
}
