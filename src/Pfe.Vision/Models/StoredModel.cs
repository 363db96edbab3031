namespace Pfe.Vision.Models;

/// <summary>Whether a file of the manifest is in the store.</summary>
internal enum ModelState
{
    /// <summary>Not there; it is fetched when it is needed.</summary>
    Missing,

    /// <summary>There, with the right checksum.</summary>
    Present,

    /// <summary>There with another checksum; it is fetched again when it is needed.</summary>
    Damaged,
}

/// <summary>One file of the manifest in a store.</summary>
/// <param name="Package">The package it comes from.</param>
/// <param name="File">The manifest's entry.</param>
/// <param name="Path">Where it lies or will lie.</param>
/// <param name="State">Whether it is there.</param>
internal sealed record StoredModel(ModelPackage Package, ModelFile File, string Path, ModelState State);
