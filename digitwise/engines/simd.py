"""Vector registers for Numba kernels: tiles of numbers that stay in registers between operations.

Numba relies on LLVM to vectorise loops, but LLVM keeps sums in memory if the length of a row is
only known at run time. A `Tile` is explicit: `count` registers of 64 bytes, each of 16 float32 or 8
float64. LLVM splits them if the processor's registers are narrower.

`count` must be known at compile time. It is the length of a tuple that a kernel gets as `like`; a
kernel is compiled once for every length.
"""

from platform import machine
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils, config
from numba.core.codegen import get_host_cpu_features
from numba.core.datamodel import models, register_default
from numba.extending import intrinsic

REGISTER_BYTES = 64
_features = get_host_cpu_features() if config.CPU_FEATURES is None else config.CPU_FEATURES
# Whether the processor reads float16: x86 with F16C (since 2012), and 64-bit ARM.
HALVES = {"+avx", "+f16c"} <= {*_features.split(",")} or machine() in ("aarch64", "arm64")

# Number of registers of 64 bytes, or of equivalent groups of narrower ones.
REGISTERS = 32 if "+avx512f" in _features.split(",") else 8


class Tile(types.Type):
    """Numba's type of `count` registers whose elements are `element`, float32 or float64."""

    def __init__(self, element: Any, count: int) -> None:
        self.element, self.count = element, count
        self.lanes = 8 * REGISTER_BYTES // element.bitwidth
        super().__init__(name=f"Tile({element}, {count})")


@register_default(Tile)
class TileModel(models.PrimitiveModel):
    """LLVM's type of a tile: an array of vectors."""

    def __init__(self, manager: Any, tile: Tile) -> None:
        element = manager.lookup(tile.element).get_value_type()
        super().__init__(
            manager, tile, ir.ArrayType(ir.VectorType(element, tile.lanes), tile.count)
        )


@intrinsic
def zeros(_context, array, like):
    """Return a tile of len(like) registers of zeros, of the type of the array's elements."""
    tile = Tile(array.dtype, like.count)

    def code(context, _builder, _signature, _arguments):
        return ir.Constant(context.get_value_type(tile), None)

    return tile(array, like), code


@intrinsic
def load(_context, array, at, like):
    """Read a tile of len(like) registers from array[at:], a flat array.

    An array of uint16 holds the bits of float16 numbers, which become float32; see `HALVES`.
    """
    halves = array.dtype == types.uint16
    tile = Tile(types.float32 if halves else array.dtype, like.count)

    def code(context, builder, signature, arguments):
        register = context.get_value_type(tile).element
        stored = ir.VectorType(ir.HalfType(), tile.lanes) if halves else register
        first = first_register(context, builder, stored, signature.args[0], arguments)
        registers = [
            builder.load(register_at(builder, first, number), align=alignment(array))
            for number in range(tile.count)
        ]
        if halves:
            registers = [builder.fpext(half, register) for half in registers]
        return pack(context, builder, tile, registers)

    return tile(array, types.intp, like), code


@intrinsic
def store(_context, array, at, tile):
    """Write a tile to array[at:], a flat array."""

    def code(context, builder, signature, arguments):
        register = context.get_value_type(tile).element
        first = first_register(context, builder, register, signature.args[0], arguments)
        for number in range(tile.count):
            value = builder.extract_value(arguments[2], number)
            builder.store(value, register_at(builder, first, number), align=alignment(array))
        return context.get_dummy_value()

    return types.void(array, types.intp, tile), code


@intrinsic
def add(_context, one, other):
    """Return the sum of two tiles."""

    def code(context, builder, _signature, arguments):
        pairs = zip(*(unpack(builder, one, a) for a in arguments), strict=True)
        return pack(context, builder, one, [builder.fadd(a, b) for a, b in pairs])

    return one(one, other), code


@intrinsic
def multiply_add(_context, total, tile, factor):
    """Return total + factor · tile for a number `factor`, by fused multiply-add if possible."""

    def code(context, builder, _signature, arguments):
        register = context.get_value_type(total).element
        fma = fused(builder, total, register)
        factor = spread(builder, arguments[2], register)
        pairs = zip(*(unpack(builder, total, a) for a in arguments[:2]), strict=True)
        return pack(context, builder, total, [builder.call(fma, [t, factor, s]) for s, t in pairs])

    return total(total, tile, total.element), code


@intrinsic
def take(_context, array, at):
    """Return array[at] of a flat array, at >= 0, without Numba's check for negative indices."""

    def code(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.load(builder.gep(data, [arguments[1]]))

    return array.dtype(array, types.intp), code


@intrinsic
def compress(_context, numbers, at, first, values, positions, to):
    """Copy the non-zero numbers of one register of numbers[at:] to values[to:]; return their count.

    Their positions go to positions[to:], where the lane at `at` has the position `first`. Whole
    registers are written, so that anything may follow the copied numbers. There is no branch.
    """
    lanes = 8 * REGISTER_BYTES // numbers.dtype.bitwidth

    def code(context, builder, signature, arguments):
        numbers_, at_, first_, values_, positions_, to_ = arguments
        types_ = signature.args
        real = ir.VectorType(context.get_value_type(numbers.dtype), lanes)
        place = ir.VectorType(context.get_value_type(positions.dtype), lanes)
        source = context.make_array(types_[0])(context, builder, numbers_).data
        register = builder.load(
            builder.bitcast(builder.gep(source, [at_]), real.as_pointer()),
            align=alignment(numbers),
        )
        mask = builder.fcmp_unordered("!=", register, ir.Constant(real, [0.0] * lanes))
        start = builder.trunc(first_, place.element)
        steps = ir.Constant(place, list(range(lanes)))
        where = builder.add(spread(builder, start, place), steps)
        for kept, array, vector in ((register, types_[3], real), (where, types_[4], place)):
            kind = f"f{numbers.dtype.bitwidth}" if vector is real else f"i{place.element.width}"
            squeeze = cgutils.get_or_insert_function(
                builder.module,
                ir.FunctionType(vector, [vector, mask.type, vector]),
                f"llvm.experimental.vector.compress.v{lanes}{kind}",
            )
            target = values_ if vector is real else positions_
            data = context.make_array(array)(context, builder, target).data
            builder.store(
                builder.call(squeeze, [kept, mask, ir.Constant(vector, ir.Undefined)]),
                builder.bitcast(builder.gep(data, [to_]), vector.as_pointer()),
                align=1,
            )
        bits = builder.bitcast(mask, ir.IntType(lanes))
        count = builder.call(builder.module.declare_intrinsic("llvm.ctpop", [bits.type]), [bits])
        return builder.zext(count, to_.type)

    return types.intp(numbers, types.intp, types.intp, values, positions, types.intp), code


@intrinsic
def prefetch(_context, array, at):
    """Prefetch the cache line of array[at], a flat array."""

    def code(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        number = ir.IntType(32)
        address = builder.bitcast(builder.gep(data, [arguments[1]]), cgutils.voidptr_t)
        function = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.VoidType(), [address.type, number, number, number]),
            "llvm.prefetch.p0",
        )
        read, keep, data_cache = number(0), number(3), number(1)
        builder.call(function, [address, read, keep, data_cache])
        return context.get_dummy_value()

    return types.void(array, types.intp), code


def fused(builder, tile, register):
    """Return LLVM's function a · b + c of registers, a fused multiply-add if possible."""
    return cgutils.get_or_insert_function(
        builder.module,
        ir.FunctionType(register, [register] * 3),
        f"llvm.fmuladd.v{tile.lanes}f{tile.element.bitwidth}",
    )


def first_register(context, builder, register, array, arguments):
    data = context.make_array(array)(context, builder, arguments[0]).data
    return builder.bitcast(builder.gep(data, [arguments[1]]), register.as_pointer())


def register_at(builder, first, number):
    return builder.gep(first, [ir.IntType(64)(number)])


def alignment(array):
    return array.dtype.bitwidth // 8  # rows aren't aligned to registers


def unpack(builder, tile, value):
    return [builder.extract_value(value, number) for number in range(tile.count)]


def pack(context, builder, tile, registers):
    value = ir.Constant(context.get_value_type(tile), ir.Undefined)
    for number, register in enumerate(registers):
        value = builder.insert_value(value, register, number)
    return value


def spread(builder, number, register):
    """Return a register with the number in every lane."""
    undefined = ir.Constant(register, ir.Undefined)
    lane = ir.IntType(32)
    one = builder.insert_element(undefined, number, lane(0))
    return builder.shuffle_vector(
        one, undefined, ir.Constant(ir.VectorType(lane, register.count), [0] * register.count)
    )
