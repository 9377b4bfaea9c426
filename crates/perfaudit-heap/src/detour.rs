//! Which functions of a program's own allocator are taken over, and whether their first instructions can be moved.
//!
//! Moved are whole instructions, as many as a jump overwrites. What they refer to relative to themselves is told, so that
//! it can be corrected. A function into whose first instructions something jumps from further behind is left alone.

use iced_x86::{Code, Decoder, DecoderOptions, FlowControl, Instruction, OpKind};
use object::read::elf::ElfFile64;
use object::{Object, ObjectSegment, ObjectSymbol, SymbolKind};
use perfaudit_agent::{AllocatorFunction, Detour};

use crate::allocator::Family;

/// Why the functions of an allocator cannot be taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoDetour {
    /// Not on this processor.
    #[error("its functions can be taken over on x86-64 only")]
    OtherProcessor,
    /// There is none of them by name.
    #[error(
        "the names of its functions are stripped, by which they would be taken over: build it with `strip = \"debuginfo\"` or none, which keeps them"
    )]
    NoNames,
    /// Something else of it hands out memory, too.
    #[error("its function `{function}` hands out memory in a way that cannot be taken over")]
    Other {
        /// The function.
        function: String,
    },
    /// The first instructions of a function cannot be moved.
    #[error("its function `{function}` cannot be taken over: {why}")]
    Fixed {
        /// The function.
        function: String,
        /// What stands in the way.
        why: &'static str,
    },
}

/// The functions of an allocator in a program, ready to be taken over.
pub(crate) fn plan(file: &ElfFile64<'_>, family: &Family) -> Result<Vec<Detour>, NoDetour> {
    if !Detour::IS_SUPPORTED {
        return Err(NoDetour::OtherProcessor);
    }
    let mut detours: Vec<Detour> = Vec::new();
    for symbol in file.symbols().chain(file.dynamic_symbols()) {
        if !symbol.is_definition() || symbol.kind() != SymbolKind::Text {
            continue;
        }
        let Ok(name) = symbol.name() else { continue };
        if family.unfit.contains(&name) {
            return Err(NoDetour::Other { function: name.to_owned() });
        }
        let Some(function) = family.function(name) else { continue };
        if detours.iter().any(|known| known.address == symbol.address()) {
            continue;
        }
        let fixed = |why| NoDetour::Fixed { function: name.to_owned(), why };
        let code = code(file, symbol.address(), symbol.size())
            .ok_or_else(|| fixed("its code is not in the file"))?;
        detours.push(detour(symbol.address(), code, function).map_err(fixed)?);
    }
    let hands_out = |detour: &Detour| matches!(detour.function, AllocatorFunction::Allocates { .. });
    if !detours.iter().any(hands_out) {
        return Err(NoDetour::NoNames);
    }
    if detours.len() > Detour::MOST {
        return Err(NoDetour::Other { function: format!("number {}", Detour::MOST + 1) });
    }
    Ok(detours)
}

/// The bytes of a function.
fn code<'data>(file: &ElfFile64<'data>, address: u64, size: u64) -> Option<&'data [u8]> {
    let end = address.checked_add(size)?;
    file.segments().find_map(|segment| {
        let holds = segment.address() <= address && end <= segment.address() + segment.size();
        holds.then(|| segment.data_range(address, size).ok().flatten()).flatten()
    })
}

fn detour(address: u64, code: &[u8], function: AllocatorFunction) -> Result<Detour, &'static str> {
    let mut decoder = Decoder::with_ip(64, code, address, DecoderOptions::NONE);
    let mut instruction = Instruction::default();
    let (mut replaced, mut moved, mut relative) = (0, Vec::new(), Vec::new());
    let mut is_over = false;
    while decoder.can_decode() {
        decoder.decode_out(&mut instruction);
        if instruction.code() == Code::INVALID {
            // What follows the last instruction may be data.
            if replaced >= Detour::JUMP_BYTES {
                break;
            }
            return Err("its first bytes are no instructions");
        }
        if replaced < Detour::JUMP_BYTES {
            if is_over {
                return Err("it is shorter than a jump");
            }
            let bytes = &code[replaced..replaced + instruction.len()];
            replaced += bytes.len();
            let (bytes, field) = movable(&decoder, &instruction, bytes)?;
            let start = moved.len();
            moved.extend(bytes);
            if let Some((at, target)) = field {
                let next = address.wrapping_add(moved.len() as u64);
                let distance = i32::try_from(target.wrapping_sub(next).cast_signed());
                let distance = distance.map_err(|_| "its first instructions refer too far")?;
                moved[start + at..start + at + 4].copy_from_slice(&distance.to_le_bytes());
                relative.push(u8::try_from(start + at).map_err(|_| "its first instructions are too long")?);
            }
            is_over =
                matches!(instruction.flow_control(), FlowControl::Return | FlowControl::UnconditionalBranch);
        }
        let into = near_target(&instruction).map(|target| target.wrapping_sub(address));
        // What is replaced beyond the jump still stands there.
        if into.is_some_and(|at| at > 0 && at < Detour::JUMP_BYTES as u64) {
            return Err("it jumps into its own first instructions");
        }
    }
    if replaced < Detour::JUMP_BYTES {
        return Err("it is shorter than a jump");
    }
    Ok(Detour { address, function, replaced: code[..replaced].to_vec(), moved, relative })
}

/// Where an instruction jumps or calls to, if that is told relative to it.
fn near_target(instruction: &Instruction) -> Option<u64> {
    let is_near = matches!(instruction.op0_kind(), OpKind::NearBranch32 | OpKind::NearBranch64);
    is_near.then(|| instruction.near_branch_target())
}

/// A number of 4 bytes in an instruction, relative to the next one: where it stands, and the address that it leads to.
type Field = (usize, u64);

/// An instruction that does the same at another place, once its relative number is right.
fn movable(
    decoder: &Decoder<'_>,
    instruction: &Instruction,
    bytes: &[u8],
) -> Result<(Vec<u8>, Option<Field>), &'static str> {
    let fields = decoder.get_constant_offsets(instruction);
    let Some(target) = near_target(instruction) else {
        if !instruction.is_ip_rel_memory_operand() {
            return Ok((bytes.to_vec(), None));
        }
        let field = (fields.displacement_offset(), instruction.ip_rel_memory_address());
        return match fields.displacement_size() {
            4 => Ok((bytes.to_vec(), Some(field))),
            _ => Err("its first instructions refer to a short distance"),
        };
    };
    match (instruction.flow_control(), bytes) {
        (FlowControl::Call, _) => Err("its first instructions call a function"),
        // Short jumps become long ones: `Jcc rel8` is 70 + condition, `Jcc rel32` 0F 80 + condition (Intel SDM, volume 2).
        (_, &[opcode @ 0x70..=0x7f, _]) => Ok((vec![0x0f, opcode + 0x10, 0, 0, 0, 0], Some((2, target)))),
        (_, &[0xeb, _]) => Ok((vec![0xe9, 0, 0, 0, 0], Some((1, target)))),
        _ if fields.immediate_size() == 4 => Ok((bytes.to_vec(), Some((fields.immediate_offset(), target)))),
        _ => Err("its first instructions jump in a way that is not known"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREES: AllocatorFunction = AllocatorFunction::Frees { block: 0 };

    fn of(code: &[u8]) -> Result<(Vec<u8>, Vec<u8>), &'static str> {
        detour(0x1000, code, FREES).map(|detour| (detour.moved, detour.relative))
    }

    #[test]
    fn whole_instructions_are_moved_and_what_is_relative_in_them_is_told() {
        // push rbp; mov rbp, rsp; push r15; ret
        let code = [0x55, 0x48, 0x89, 0xe5, 0x41, 0x57, 0xc3];
        assert_eq!(of(&code), Ok((code[..6].to_vec(), vec![])));
        // mov rax, [rip + 0x4e549]; ret
        let code = [0x48, 0x8b, 0x05, 0x49, 0xe5, 0x04, 0x00, 0xc3];
        assert_eq!(of(&code), Ok((code[..7].to_vec(), vec![3])));
        // xor ecx, ecx; jmp -0x4c57
        let code = [0x31, 0xc9, 0xe9, 0xa9, 0xb3, 0xff, 0xff];
        assert_eq!(of(&code), Ok((code.to_vec(), vec![3])));
    }

    #[test]
    fn a_short_jump_becomes_a_long_one_to_the_same_place() {
        // test rdi, rdi; je to 0x1010
        let code = [0x48, 0x85, 0xff, 0x74, 0x0b, 0x90, 0x90, 0xc3];
        // It ends 9 bytes behind the start.
        assert_eq!(of(&code), Ok((vec![0x48, 0x85, 0xff, 0x0f, 0x84, 0x07, 0, 0, 0], vec![5])));
    }

    #[test]
    fn what_cannot_be_moved_is_refused_with_the_reason() {
        assert_eq!(of(&[0xc3]), Err("it is shorter than a jump"));
        assert_eq!(of(&[0x31, 0xc0, 0xc3, 0x90, 0x90, 0x90]), Err("it is shorter than a jump"));
        // call; ret
        assert_eq!(of(&[0xe8, 0, 0, 0, 0, 0xc3]), Err("its first instructions call a function"));
        // jrcxz
        let counting = [0xe3, 0x05, 0x90, 0x90, 0x90, 0xc3];
        assert_eq!(of(&counting), Err("its first instructions jump in a way that is not known"));
        // push rbp; mov rbp, rsp; push r15; dec edi; jne to the second instruction
        let looping = [0x55, 0x48, 0x89, 0xe5, 0x41, 0x57, 0xff, 0xcf, 0x75, 0xf7, 0xc3];
        assert_eq!(of(&looping), Err("it jumps into its own first instructions"));
    }
}
