//! What machine this is, what can be measured on it, and what bears on how far the figures can be trusted.

mod addresses;
mod calibrate;
mod capability;
mod fingerprint;
mod kernel;
mod load;
mod precondition;
mod proc_file;

pub use addresses::addresses_are_fixed;
pub use calibrate::{Calibration, calibrate};
pub use capability::capabilities;
pub use fingerprint::host;
pub use kernel::NoiseKernel;
pub use load::{CpuTicks, LoadAverage, Meanwhile};
pub use precondition::{
    CodeSettings, PRECONDITION_CODES, after_measuring, before_measuring, governor, idle_now, like_shipped,
};
