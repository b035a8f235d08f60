//! What each firmware must have by place and name.

/// Makes a firmware of a board's [`Wiring`](crate::Wiring) and its microphone, a module of `apollo3::microphone`: the
/// vector table, `main`, and what happens after a panic. To be used once, in a module of its own that allows unsafe code.
#[macro_export]
macro_rules! firmware {
    ($wiring:ty, $microphone:ident) => {
        static RECORD: startup::LinkedRecord = $crate::record(<$wiring as $crate::Wiring>::FACTS);

        // SAFETY: the linker script puts the section at the start of the firmware, and the start-up code names the
        // table.
        #[unsafe(export_name = "__vectors")]
        #[unsafe(link_section = ".vectors")]
        #[used]
        static TABLE: [startup::Vector; $crate::VECTORS] = $crate::vectors(
            &RECORD,
            fault,
            apollo3::microphone::$microphone::INTERRUPT,
            apollo3::microphone::$microphone::interrupt,
        );

        /// The handler of everything that should not happen.
        extern "C" fn fault() {
            $crate::finish(<$wiring as $crate::Wiring>::NO, None)
        }

        #[panic_handler]
        fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
            $crate::finish(<$wiring as $crate::Wiring>::NO, Some(info))
        }

        // SAFETY: the start-up code calls it by this name.
        #[unsafe(no_mangle)]
        extern "C" fn main() -> ! {
            $crate::run::<$wiring>()
        }
    };
}
