"""Blocks of registers for Numba kernels, which sum outer products as in a matrix product.

A block is a `Tile` of whole rows; each row has as many registers as the tile of the product.
"""

from numba import types
from numba.extending import intrinsic

from digitwise.engines.simd import (
    alignment,
    first_register,
    fused,
    pack,
    spread,
    unpack,
)


@intrinsic
def add_outer(_context, block, tile, array, at, step):
    """Add array[at + row · step] · tile to each row of the block."""

    def code(context, builder, signature, arguments):
        register = context.get_value_type(block).element
        fma = fused(builder, block, register)
        data = context.make_array(signature.args[2])(context, builder, arguments[2]).data
        first, step_ = builder.gep(data, [arguments[3]]), arguments[4]
        registers = unpack(builder, tile, arguments[1])
        sums = unpack(builder, block, arguments[0])
        for row in range(block.count // tile.count):
            place = builder.mul(step_, step_.type(row))
            number = spread(builder, builder.load(builder.gep(first, [place])), register)
            for k, one in enumerate(registers):
                sums[row * tile.count + k] = builder.call(
                    fma, [one, number, sums[row * tile.count + k]]
                )
        return pack(context, builder, block, sums)

    return block(block, tile, array, types.intp, types.intp), code


@intrinsic
def store_rows(_context, array, at, step, block, like):
    """Write each row of a block, of len(like) registers, to array[at + row · step:]."""
    return types.void(array, types.intp, types.intp, block, like), _rows(array, block, like, False)


@intrinsic
def add_rows(_context, array, at, step, block, like):
    """Add each row of a block, of len(like) registers, to array[at + row · step:]."""
    return types.void(array, types.intp, types.intp, block, like), _rows(array, block, like, True)


def _rows(array, block, like, adds):
    def code(context, builder, signature, arguments):
        register = context.get_value_type(block).element
        registers = unpack(builder, block, arguments[3])
        first = first_register(context, builder, register, signature.args[0], arguments)
        step = builder.udiv(arguments[2], arguments[2].type(block.lanes))
        for number, value in enumerate(registers):
            row, k = divmod(number, like.count)
            place = builder.add(builder.mul(step, step.type(row)), step.type(k))
            pointer = builder.gep(first, [place])
            if adds:
                before = builder.load(pointer, align=alignment(array))
                value = builder.fadd(before, value)
            builder.store(value, pointer, align=alignment(array))
        return context.get_dummy_value()

    return code
