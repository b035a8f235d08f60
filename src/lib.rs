//! tinyml: the host side of machine learning on microcontrollers.
