//! Misses against false alarms, as a picture: a line for each averaging window, a mark for the settings that matter.
//!
//! False alarms an hour run to the right on a logarithmic scale that begins with none, missed words run upwards.
//! The nearer a line comes to the lower left, the better. The same input gives the same bytes.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use super::canvas::{Canvas, Color, TEXT_HEIGHT, text_width};

/// How it goes at one setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// False alarms an hour, 0 or more.
    pub false_alarms_per_hour: f64,
    /// The share of words missed, 0 to 1.
    pub miss_rate: f64,
}

/// A line through the places of settings that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Its name.
    pub name: String,
    /// Its places, in the order of the line.
    pub places: Vec<Place>,
}

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture<'a> {
    /// The line above the picture.
    pub title: &'a str,
    /// The lines.
    pub curves: &'a [Curve],
    /// The most false alarms an hour that are wanted; a line marks it.
    pub most_false_alarms_per_hour: f64,
    /// Places with a name of their own; the first is the most important.
    pub marks: &'a [(Place, String)],
}

const SIZE: (usize, usize) = (960, 640);
const LEFT: usize = 88;
const RIGHT: usize = 208;
const TOP: usize = 72;
const BOTTOM: usize = 72;

const INK: Color = [38, 38, 44];
const FAINT_INK: Color = [120, 120, 128];
const GRID: Color = [226, 226, 220];
const LIMIT: Color = [208, 68, 84];
const MARKS: [Color; 2] = [[0, 132, 92], [38, 38, 44]];

/// From the shortest average to the longest: light to dark, from yellow over green to blue.
const CURVES: [Color; 9] = [
    [222, 178, 48],
    [178, 178, 48],
    [124, 170, 66],
    [74, 158, 92],
    [44, 142, 118],
    [38, 122, 138],
    [46, 100, 146],
    [58, 76, 142],
    [66, 48, 124],
];

/// Ticks of false alarms an hour.
const RATES: [u32; 13] = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

impl Picture<'_> {
    /// Writes the picture as PNG.
    ///
    /// # Errors
    /// Those of the file.
    pub fn write_png_file(&self, path: &Path) -> io::Result<()> {
        self.draw().encode(BufWriter::new(File::create(path)?))
    }

    fn draw(&self) -> Canvas {
        let axes = self.axes();
        let mut canvas = Canvas::new(SIZE.0, SIZE.1);
        canvas.text(LEFT, 16, self.title, INK);
        axes.draw(&mut canvas);
        let limit = axes.x(self.most_false_alarms_per_hour);
        canvas.line((limit, TOP), (limit, SIZE.1 - BOTTOM), 2, LIMIT);
        for (index, curve) in self.curves.iter().enumerate() {
            let color = self.color(index);
            for pair in curve.places.windows(2) {
                canvas.line(axes.point(pair[0]), axes.point(pair[1]), 3, color);
            }
            if let [place] = curve.places[..] {
                let (x, y) = axes.point(place);
                canvas.rectangle(x - 3, y - 3, 6, 6, color);
            }
            let top = TOP + index * (TEXT_HEIGHT + 8);
            canvas.rectangle(SIZE.0 - RIGHT + 24, top + TEXT_HEIGHT / 2 - 3, 24, 4, color);
            canvas.text(SIZE.0 - RIGHT + 56, top, &curve.name, INK);
        }
        // The first mark goes on top.
        for (index, (place, name)) in self.marks.iter().enumerate().rev() {
            let (x, y) = axes.point(*place);
            // Names of marks that lie close stand one above the other.
            let close = self.marks[..index].iter().map(|(other, _)| axes.point(*other));
            let close = close.filter(|other| other.0.abs_diff(x) < 260 && other.1.abs_diff(y) < 2 * TEXT_HEIGHT);
            draw_mark(&mut canvas, (x, y), close.count(), name, MARKS[index.min(1)]);
        }
        canvas
    }

    fn color(&self, index: usize) -> Color {
        match self.curves.len() {
            0 | 1 => CURVES[CURVES.len() / 2],
            count => CURVES[index * (CURVES.len() - 1) / (count - 1)],
        }
    }

    /// Axes with room for all that is drawn.
    fn axes(&self) -> Axes {
        let places = || {
            let marks = self.marks.iter().map(|(place, _)| *place);
            self.curves.iter().flat_map(|curve| curve.places.iter().copied()).chain(marks)
        };
        let most = places().map(|place| place.false_alarms_per_hour).fold(self.most_false_alarms_per_hour, f64::max);
        let last = RATES.iter().copied().find(|&rate| f64::from(rate) >= most).unwrap_or(5000);
        Axes { last: f64::from(last.max(5)) }
    }
}

/// A square with its name, `lines` lines further up than next to it.
fn draw_mark(canvas: &mut Canvas, (x, y): (usize, usize), lines: usize, name: &str, color: Color) {
    canvas.rectangle(x - 7, y - 7, 15, 15, color);
    canvas.rectangle(x - 4, y - 4, 9, 9, [250, 250, 247]);
    let top = y.saturating_sub((TEXT_HEIGHT + 4) * (lines + 1) + 8);
    // To the right of the mark, or to its left where that leaves the axes.
    if x + 14 + text_width(name) < SIZE.0 - RIGHT {
        canvas.text(x + 14, top, name, color);
    } else {
        canvas.text_left_of(x - 12, top, name, color);
    }
}

/// Where values are on the picture.
struct Axes {
    last: f64,
}

impl Axes {
    fn x(&self, rate: f64) -> usize {
        let width = (SIZE.0 - LEFT - RIGHT) as f64;
        let part = (1.0 + rate.clamp(0.0, self.last)).ln() / (1.0 + self.last).ln();
        LEFT + (part * width).round() as usize
    }

    fn y(&self, miss_rate: f64) -> usize {
        let height = (SIZE.1 - TOP - BOTTOM) as f64;
        SIZE.1 - BOTTOM - (miss_rate.clamp(0.0, 1.0) * height).round() as usize
    }

    fn point(&self, place: Place) -> (usize, usize) {
        (self.x(place.false_alarms_per_hour), self.y(place.miss_rate))
    }

    fn draw(&self, canvas: &mut Canvas) {
        let (right, bottom) = (SIZE.0 - RIGHT, SIZE.1 - BOTTOM);
        for tenth in (0..=10).step_by(2) {
            let y = self.y(f64::from(tenth) / 10.0);
            canvas.line((LEFT, y), (right, y), 1, GRID);
            canvas.text_left_of(LEFT - 10, y - TEXT_HEIGHT / 2, &format!("{}%", tenth * 10), FAINT_INK);
        }
        for rate in RATES.into_iter().filter(|&rate| f64::from(rate) <= self.last) {
            let x = self.x(f64::from(rate));
            canvas.line((x, TOP), (x, bottom), 1, GRID);
            canvas.text_centered(x, bottom + 10, &rate.to_string(), FAINT_INK);
        }
        canvas.line((LEFT, TOP), (LEFT, bottom), 2, INK);
        canvas.line((LEFT, bottom), (right, bottom), 2, INK);
        canvas.text(LEFT, bottom + 16 + TEXT_HEIGHT, "false alarms an hour", INK);
        canvas.text_left_of(LEFT - 10, TOP - TEXT_HEIGHT - 16, "missed", INK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(picture: &Picture<'_>) -> (u32, u32) {
        let mut bytes = Vec::new();
        picture.draw().encode(&mut bytes).unwrap();
        let reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        (reader.info().width, reader.info().height)
    }

    #[test]
    fn more_false_alarms_are_further_right_and_more_misses_further_up() {
        let axes = Axes { last: 100.0 };
        let places = [0.0, 0.5, 1.0, 2.0, 50.0, 100.0].map(|rate| axes.x(rate));
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{places:?}");
        assert_eq!((places[0], places[5]), (LEFT, SIZE.0 - RIGHT));
        assert_eq!((axes.y(0.0), axes.y(1.0)), (SIZE.1 - BOTTOM, TOP));
        assert_eq!(axes.x(1e9), SIZE.0 - RIGHT);
    }

    #[test]
    fn every_picture_has_room_for_what_it_shows() {
        let place = |false_alarms_per_hour, miss_rate| Place { false_alarms_per_hour, miss_rate };
        let curve = |places| Curve { name: "200 ms".into(), places };
        let marks = [(place(1e7, 1.0), "a long name that would leave the picture".to_string())];
        let most_false_alarms_per_hour = 2.0;
        for curves in [vec![], vec![curve(vec![])], vec![curve(vec![place(0.0, 0.0)]), curve(vec![place(3.0, 1.0); 2])]]
        {
            for marks in [&marks[..0], &marks] {
                let picture = Picture { title: "t", curves: &curves, most_false_alarms_per_hour, marks };
                assert_eq!(png(&picture), (960, 640));
            }
        }
    }
}
