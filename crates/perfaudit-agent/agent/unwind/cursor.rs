//! Reading a mapped module without leaving it.

/// A place in a module; reading past the module's end gives none.
#[derive(Clone, Copy)]
pub(crate) struct Cursor {
    at: usize,
    start: usize,
    end: usize,
}

impl Cursor {
    /// # Safety
    /// All of `start..end` must be mapped readable as long as the cursor is used.
    pub(crate) unsafe fn new(at: usize, start: usize, end: usize) -> Self {
        Self { at, start, end }
    }

    pub(crate) fn at(self) -> usize {
        self.at
    }

    /// The same place, in a part that ends at `end`.
    pub(crate) fn up_to(self, end: usize) -> Option<Self> {
        (end <= self.end && self.at <= end).then_some(Self { end, ..self })
    }

    pub(crate) fn is_over(self) -> bool {
        self.at >= self.end
    }

    pub(crate) fn skip(&mut self, bytes: usize) -> Option<()> {
        let at = self.at.checked_add(bytes)?;
        (at <= self.end).then(|| self.at = at)
    }

    fn read<T: Copy>(&mut self) -> Option<T> {
        let next = self.at.checked_add(size_of::<T>())?;
        if self.at < self.start || next > self.end {
            return None;
        }
        // SAFETY: the value lies within the module, which is mapped readable; it may lie at any address.
        let value = unsafe { (self.at as *const T).read_unaligned() };
        self.at = next;
        Some(value)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.read()
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.read()
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.read()
    }

    pub(crate) fn i32(&mut self) -> Option<i32> {
        self.read()
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.read()
    }

    /// An unsigned number of 7 bits a byte.
    pub(crate) fn unsigned(&mut self) -> Option<u64> {
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let byte = self.u8()?;
            if shift < 64 {
                value |= u64::from(byte & 0x7f) << shift;
            }
            shift += 7;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
    }

    /// A signed number of 7 bits a byte.
    pub(crate) fn signed(&mut self) -> Option<i64> {
        let (mut value, mut shift) = (0_i64, 0);
        loop {
            let byte = self.u8()?;
            if shift < 64 {
                value |= i64::from(byte & 0x7f) << shift;
            }
            shift += 7;
            if byte & 0x80 == 0 {
                let is_negative = byte & 0x40 != 0 && shift < 64;
                return Some(if is_negative { value | (-1 << shift) } else { value });
            }
        }
    }

    /// A pointer in one of the encodings of `.eh_frame`: LSB Core Specification 5.0, 10.5.1.
    pub(crate) fn pointer(&mut self, encoding: u8, data: usize) -> Option<usize> {
        const OMIT: u8 = 0xff;
        const INDIRECT: u8 = 0x80;
        if encoding == OMIT || encoding & INDIRECT != 0 {
            return None;
        }
        let place = self.at;
        let value = match encoding & 0x0f {
            0x00 | 0x04 | 0x0c => usize::try_from(self.u64()?).ok()?,
            0x01 => usize::try_from(self.unsigned()?).ok()?,
            0x02 => usize::from(self.u16()?),
            0x03 => self.u32()? as usize,
            0x0a => isize::from(self.u16()?.cast_signed()).cast_unsigned(),
            0x0b => (self.i32()? as isize).cast_unsigned(),
            _ => return None,
        };
        match encoding & 0x70 {
            0x00 => Some(value),
            0x10 => Some(place.wrapping_add(value)),
            0x30 => Some(data.wrapping_add(value)),
            _ => None,
        }
    }
}
