//! The rule of one address, from `.eh_frame_hdr` and `.eh_frame`: LSB Core Specification 5.0, chapter 10.6; DWARF 5,
//! section 6.4.

use super::cursor::Cursor;
use super::modules::Module;

/// The numbers that the platform's ABI gives to registers, and where a call leaves its return address.
#[cfg(target_arch = "x86_64")]
mod register {
    pub(super) const FRAME_POINTER: u64 = 6;
    pub(super) const STACK_POINTER: u64 = 7;
    pub(super) const RETURN_ADDRESS: u64 = 16;
}

/// The numbers that the platform's ABI gives to registers, and where a call leaves its return address.
#[cfg(target_arch = "aarch64")]
mod register {
    pub(super) const FRAME_POINTER: u64 = 29;
    pub(super) const STACK_POINTER: u64 = 31;
    pub(super) const RETURN_ADDRESS: u64 = 30;
}

/// How to get from a frame to its caller.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// The canonical frame address is a register plus an offset; the others are saved at offsets from it.
    Frame {
        /// From the frame pointer instead of the stack pointer.
        by_frame_pointer: bool,
        /// What is added to the register.
        offset: i32,
        /// Where the return address is, from the canonical frame address.
        return_address: i32,
        /// Where the frame pointer is, from the canonical frame address; none when it is unchanged.
        frame_pointer: Option<i32>,
    },
    /// The outermost frame.
    End,
    /// Something that only an expression tells, or no table at all.
    Unknown,
}

/// How a register is got back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Saved {
    Same,
    At(i64),
    Undefined,
    Otherwise,
}

/// One row of the table that call frame instructions make.
#[derive(Clone, Copy)]
struct Row {
    base: u64,
    offset: i64,
    is_expression: bool,
    frame_pointer: Saved,
    return_address: Saved,
}

impl Row {
    fn set(&mut self, register: u64, saved: Saved) {
        match register {
            register::FRAME_POINTER => self.frame_pointer = saved,
            register::RETURN_ADDRESS => self.return_address = saved,
            _ => {}
        }
    }

    fn rule(&self) -> Rule {
        let by_frame_pointer = self.base == register::FRAME_POINTER;
        if self.return_address == Saved::Undefined {
            return Rule::End;
        }
        if self.is_expression || !(by_frame_pointer || self.base == register::STACK_POINTER) {
            return Rule::Unknown;
        }
        let frame_pointer = match self.frame_pointer {
            Saved::Same => None,
            Saved::At(offset) => Some(offset),
            Saved::Undefined | Saved::Otherwise => return Rule::Unknown,
        };
        let Saved::At(return_address) = self.return_address else { return Rule::Unknown };
        let narrow = |offset: i64| i32::try_from(offset).ok();
        let frame_pointer = match frame_pointer.map(narrow) {
            Some(None) => return Rule::Unknown,
            Some(known) => known,
            None => None,
        };
        match (narrow(self.offset), narrow(return_address)) {
            (Some(offset), Some(return_address)) => {
                Rule::Frame { by_frame_pointer, offset, return_address, frame_pointer }
            }
            _ => Rule::Unknown,
        }
    }
}

/// What the entries of one group share.
struct Common {
    code_alignment: u64,
    data_alignment: i64,
    pointer_encoding: u8,
    has_augmentation: bool,
    is_signal: bool,
    instructions: Cursor,
}

/// The rule of the instruction at `address`.
pub(crate) fn rule(module: &Module, address: usize) -> Rule {
    find(module, address).unwrap_or(Rule::Unknown)
}

fn find(module: &Module, address: usize) -> Option<Rule> {
    let mut entry = module.cursor(search(module, address)?);
    let length = entry.u32()? as usize;
    if length == 0 || length == 0xffff_ffff {
        return None;
    }
    let mut entry = entry.up_to(entry.at().checked_add(length)?)?;
    let place = entry.at();
    let back = entry.u32()? as usize;
    let common = common(module, place.checked_sub(back)?)?;
    let start = entry.pointer(common.pointer_encoding, 0)?;
    let size = entry.pointer(common.pointer_encoding & 0x0f, 0)?;
    if address < start || address - start >= size || common.is_signal {
        return None;
    }
    if common.has_augmentation {
        let bytes = usize::try_from(entry.unsigned()?).ok()?;
        entry.skip(bytes)?;
    }
    let nothing = Row {
        base: register::STACK_POINTER,
        offset: 0,
        is_expression: false,
        frame_pointer: Saved::Same,
        return_address: Saved::Otherwise,
    };
    let initial = run(common.instructions, &common, nothing, nothing, start, usize::MAX)?;
    let row = run(entry, &common, initial, initial, start, address)?;
    Some(row.rule())
}

/// The entry whose range holds an address, by the sorted table of `.eh_frame_hdr`.
fn search(module: &Module, address: usize) -> Option<usize> {
    /// Version 1, then three encodings: of the pointer, of the count, of the table. The table that every linker writes
    /// has pairs of 4-byte offsets from the header.
    const SORTED_OFFSETS: u8 = 0x3b;
    let header = module.table;
    let mut cursor = module.cursor(header);
    let version = cursor.u8()?;
    let (frame, count, table) = (cursor.u8()?, cursor.u8()?, cursor.u8()?);
    if version != 1 || table != SORTED_OFFSETS {
        return None;
    }
    cursor.pointer(frame, header)?;
    let count = cursor.pointer(count, header)?;
    let first = cursor.at();
    let entry = |index: usize| {
        let mut cursor = module.cursor(first.checked_add(index.checked_mul(8)?)?);
        let start = header.wrapping_add_signed(cursor.i32()? as isize);
        Some((start, header.wrapping_add_signed(cursor.i32()? as isize)))
    };
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if entry(middle)?.0 <= address {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Some(entry(low.checked_sub(1)?)?.1)
}

fn common(module: &Module, at: usize) -> Option<Common> {
    let mut cursor = module.cursor(at);
    let length = cursor.u32()? as usize;
    let mut cursor = cursor.up_to(cursor.at().checked_add(length)?)?;
    if cursor.u32()? != 0 {
        return None;
    }
    let version = cursor.u8()?;
    let mut augmentation = cursor;
    while cursor.u8()? != 0 {}
    let code_alignment = cursor.unsigned()?;
    let data_alignment = cursor.signed()?;
    if version == 1 {
        cursor.u8()?;
    } else {
        cursor.unsigned()?;
    }
    let mut common = Common {
        code_alignment,
        data_alignment,
        pointer_encoding: 0,
        has_augmentation: false,
        is_signal: false,
        instructions: cursor,
    };
    let mut data = cursor;
    loop {
        match augmentation.u8()? {
            0 => break,
            b'z' => {
                common.has_augmentation = true;
                let bytes = usize::try_from(data.unsigned()?).ok()?;
                let mut behind = data;
                behind.skip(bytes)?;
                common.instructions = behind;
            }
            b'R' => common.pointer_encoding = data.u8()?,
            b'P' => {
                let encoding = data.u8()?;
                // Only its length matters, so that an indirect one is read like a direct one.
                data.pointer(encoding & 0x7f, 0)?;
            }
            b'L' => {
                data.u8()?;
            }
            b'S' => common.is_signal = true,
            b'B' => {}
            _ => return None,
        }
    }
    Some(common)
}

/// Runs call frame instructions up to the row of `address`.
fn run(
    mut code: Cursor,
    common: &Common,
    start: Row,
    initial: Row,
    from: usize,
    address: usize,
) -> Option<Row> {
    /// Compilers nest these once or twice.
    const REMEMBERED: usize = 8;
    let mut stack = [start; REMEMBERED];
    let mut depth = 0;
    let mut row = start;
    let mut place = from;
    let factored = |offset: u64| i64::try_from(offset).ok()?.checked_mul(common.data_alignment);
    while !code.is_over() {
        let byte = code.u8()?;
        let low = u64::from(byte & 0x3f);
        let advance = match (byte & 0xc0, byte) {
            (0x40, _) => Some(low),
            (0x80, _) => {
                let offset = factored(code.unsigned()?)?;
                row.set(low, Saved::At(offset));
                None
            }
            (0xc0, _) => {
                restore(&mut row, &initial, low);
                None
            }
            (_, 0x02) => Some(u64::from(code.u8()?)),
            (_, 0x03) => Some(u64::from(code.u16()?)),
            (_, 0x04) => Some(u64::from(code.u32()?)),
            (_, 0x01) => {
                let next = code.pointer(common.pointer_encoding, 0)?;
                if next > address {
                    return Some(row);
                }
                place = next;
                None
            }
            (_, 0x05) => {
                let register = code.unsigned()?;
                let offset = factored(code.unsigned()?)?;
                row.set(register, Saved::At(offset));
                None
            }
            (_, 0x06) => {
                let register = code.unsigned()?;
                restore(&mut row, &initial, register);
                None
            }
            (_, 0x07) => {
                let register = code.unsigned()?;
                row.set(register, Saved::Undefined);
                None
            }
            (_, 0x08) => {
                let register = code.unsigned()?;
                row.set(register, Saved::Same);
                None
            }
            (_, 0x09) => {
                let register = code.unsigned()?;
                code.unsigned()?;
                row.set(register, Saved::Otherwise);
                None
            }
            (_, 0x0a) => {
                *stack.get_mut(depth)? = row;
                depth += 1;
                None
            }
            (_, 0x0b) => {
                depth = depth.checked_sub(1)?;
                row = *stack.get(depth)?;
                None
            }
            (_, 0x0c) => {
                (row.base, row.offset) = (code.unsigned()?, i64::try_from(code.unsigned()?).ok()?);
                row.is_expression = false;
                None
            }
            (_, 0x0d) => {
                row.base = code.unsigned()?;
                row.is_expression = false;
                None
            }
            (_, 0x0e) => {
                row.offset = i64::try_from(code.unsigned()?).ok()?;
                None
            }
            (_, 0x0f) => {
                let bytes = usize::try_from(code.unsigned()?).ok()?;
                code.skip(bytes)?;
                row.is_expression = true;
                None
            }
            (_, 0x10 | 0x16) => {
                let register = code.unsigned()?;
                let bytes = usize::try_from(code.unsigned()?).ok()?;
                code.skip(bytes)?;
                row.set(register, Saved::Otherwise);
                None
            }
            (_, 0x11) => {
                let register = code.unsigned()?;
                let offset = code.signed()?.checked_mul(common.data_alignment)?;
                row.set(register, Saved::At(offset));
                None
            }
            (_, 0x12) => {
                row.base = code.unsigned()?;
                row.offset = code.signed()?.checked_mul(common.data_alignment)?;
                row.is_expression = false;
                None
            }
            (_, 0x13) => {
                row.offset = code.signed()?.checked_mul(common.data_alignment)?;
                None
            }
            // GNU: the size of pushed arguments.
            (_, 0x2e) => {
                code.unsigned()?;
                None
            }
            // AArch64: the return address is signed from here on; or nothing, as padding.
            (_, 0x00 | 0x2d) => None,
            _ => return None,
        };
        if let Some(advance) = advance {
            let bytes = usize::try_from(advance.checked_mul(common.code_alignment)?).ok()?;
            place = place.checked_add(bytes)?;
            if place > address {
                return Some(row);
            }
        }
    }
    Some(row)
}

fn restore(row: &mut Row, initial: &Row, register: u64) {
    match register {
        register::FRAME_POINTER => row.frame_pointer = initial.frame_pointer,
        register::RETURN_ADDRESS => row.return_address = initial.return_address,
        _ => {}
    }
}
