namespace Pfe;

/// <summary>Embeddings of different models met: their dimensions mean different things, so a score of them would mean nothing.</summary>
public sealed class ModelMismatchException : PfeException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: what met what.</param>
    /// <param name="expected">The model that is wanted; its id, or its dimensions where ids are not known.</param>
    /// <param name="actual">The model that came.</param>
    public ModelMismatchException(string message, string expected, string actual) : base(message) => (Expected, Actual) = (expected,
        actual);

    /// <summary>The model that is wanted.</summary>
    public string Expected { get; }

    /// <summary>The model that came.</summary>
    public string Actual { get; }

    /// <summary>Refuses faces whose D or model differs; a model that is not known (null) goes with every other of its D.</summary>
    internal static void Check(string what, int dimension, string? model, int otherDimension, string? otherModel)
    {
        if (dimension != otherDimension)
            throw new ModelMismatchException(
                $"{what}: {otherDimension} dimensions where {dimension} are wanted; they come from different models",
                $"{dimension} dimensions", $"{otherDimension} dimensions");
        if (model is not null && otherModel is not null && model != otherModel)
            throw new ModelMismatchException(
                $"{what}: embeddings of the model {Short(otherModel)} where the model {Short(model)} is wanted; embed again with that one",
                model, otherModel);
    }

    private static string Short(string model) => model.Length > 12 ? model[..12] + "..." : model;
}
