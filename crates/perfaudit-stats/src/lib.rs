//! Statistics that assume no distribution.
